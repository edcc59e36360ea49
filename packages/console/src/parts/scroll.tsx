import type { ComponentChildren } from 'preact'

/** What may be wider than its place and has nothing in it to focus: by keyboard, too, one gets to all of it. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll only what has the focus
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
