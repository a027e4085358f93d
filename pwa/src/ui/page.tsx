/** The frame of every screen: heading that takes the focus, one column, a foot in the thumb's reach. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BackMark } from "./marks.tsx";
import { w } from "./words.ts";

export interface PageProps {
  title: ComponentChildren;
  /** Small line above the heading: where one stands. */
  crumb?: ComponentChildren;
  /** At the right of the crumb. */
  aside?: ComponentChildren;
  onBack?: () => void;
  backLabel?: string;
  /** Under the top line (progress by section). */
  under?: ComponentChildren;
  foot?: ComponentChildren;
  /** A new key is a new page: it is scrolled to the top and its heading gets the focus. */
  place: string;
  children: ComponentChildren;
}

let arrived = false;

/** Focus moves to the heading when the place changes, except on the very first screen. */
export function Page(props: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (arrived) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    arrived = true;
  }, [props.place]);
  const hasTop = props.onBack || props.crumb || props.aside;
  return (
    <div class="page">
      <header>
        {hasTop ? (
          <div class="top">
            <div class="crumb">
              {props.onBack ? (
                <button type="button" class="plain edge-left" onClick={props.onBack} aria-label={props.backLabel ?? w().back}>
                  <BackMark />
                </button>
              ) : null}
              {props.crumb}
            </div>
            <div>{props.aside}</div>
          </div>
        ) : null}
        {props.under}
      </header>
      <main class="main">
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.children}
      </main>
      {props.foot ? (
        <footer class="foot">
          <div>{props.foot}</div>
        </footer>
      ) : null}
    </div>
  );
}

/** A question in a sheet at the bottom; the safe answer has the focus. */
export function Ask(props: { text: string; yes: string; danger?: boolean; onYes: () => void; onNo: () => void }) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <div
      class="veil"
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onNo();
      }}
    >
      <div class="sheet" role="alertdialog" aria-modal="true" aria-label={props.text}>
        <p>{props.text}</p>
        <button type="button" class={"button" + (props.danger ? " danger" : "")} onClick={props.onYes}>
          {props.yes}
        </button>
        <button type="button" class="button" ref={no} onClick={props.onNo}>
          {w().cancel}
        </button>
      </div>
    </div>
  );
}
