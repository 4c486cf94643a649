/** The views of the page, each at an address of its own. */
import { useEffect, useState } from "preact/hooks";

/** Names of the views, in their order. */
export const tabs = ["inspect", "train", "compare", "threshold", "history", "models"] as const;

/** One of {@link tabs}. */
export type Tab = (typeof tabs)[number];

/** The view that the address names. */
export function useTab(): Tab {
  const [tab, setTab] = useState(tabInAddress);
  useEffect(() => {
    const follow = (): void => setTab(tabInAddress());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return tab;
}

function tabInAddress(): Tab {
  return tabs.find((tab) => location.hash === `#${tab}`) ?? "inspect";
}
