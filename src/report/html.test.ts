import { expect, test } from "vitest";
import { escapeHtml, Html, html } from "./html.ts";

test("text is escaped so that it ends neither an element nor an attribute", () => {
  expect(escapeHtml(`<a href="x" id='y'>&amp;`)).toBe("&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
});

test("a template escapes text, keeps markup, joins lists and leaves out what is not there", () => {
  const item = (text: string) => html`<li>${text}</li>`;
  expect(html`<ul title="${'"'}">${[item("a<b"), item("c")]}${null}${undefined}${0}</ul>`.text).toBe(
    '<ul title="&quot;"><li>a&lt;b</li><li>c</li>0</ul>',
  );
  expect(html`${new Html("<br>")}`.text).toBe("<br>");
});
