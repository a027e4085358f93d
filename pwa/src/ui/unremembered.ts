/**
 * Nothing typed here is remembered by the browser itself.
 *
 * Browsers write the state of form controls into their session files, so that a tab can be restored; names and
 * answers would lie there in the clear, beside our sealed store. A control that says autocomplete="off" is left out.
 * So every control says so, unless its screen says otherwise (sign-in).
 */
import { options, type VNode } from "preact";

const CONTROLS = new Set<unknown>(["input", "textarea", "select"]);

/** From now on every control that is drawn is forgotten by the browser. */
export function forgetControls(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    const props = vnode.props as { autocomplete?: string };
    if (CONTROLS.has(vnode.type) && props.autocomplete === undefined) props.autocomplete = "off";
    before?.(vnode);
  };
}
