/** `radar page`: inspect and teach in a browser, without anything leaving the machine. */
import { fileURLToPath } from "node:url";
import type { Command } from "../command.ts";
import { exitCodes } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { servePage } from "../page-server.ts";

const usualPort = 8087;

/** `radar page`. */
export const pageCommand: Command = {
  name: "page",
  summary:
    "Open a page that inspects pictures or the camera, and learns from good pictures, all in the browser",
  args: {
    port: {
      type: "string",
      valueHint: "n",
      description: `port on this machine; 0 takes a free one (default: ${usualPort})`,
    },
    folder: {
      type: "boolean",
      description: "print the folder of the page, for any web server to host, and end",
    },
  },
  examples: ["radar page", 'cp -r "$(radar page --folder)" /srv/www/inspect'],
  run: async (args, { output }) => {
    const folder = fileURLToPath(new URL("../../page", import.meta.url));
    if (args.flag("folder")) {
      output.print(folder);
      return exitCodes.done;
    }
    const port = args.number("port", { integer: true, minimum: 0 }) ?? usualPort;
    const page = await servePage(folder, port);
    output.print(`${page.url} - pictures stay in the browser; Ctrl-C ends`);
    const stopping = interruptible(() => {});
    await stopping.asked();
    await page.close();
    return exitCodes.done;
  },
};
