import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  title: string
  /** beside the title */
  aside?: ComponentChildren
  class?: string
  children: ComponentChildren
}

/** A titled part of a view. */
export function Card({ title, aside, class: extra = '', children }: CardProps) {
  const id = useId()
  return (
    <section class={`card ${extra}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

/** A number that a view is about. */
export function Stat({ label, value, tone = '' }: { label: string; value: ComponentChildren; tone?: string }) {
  return (
    <div class={`stat ${tone}`}>
      <b>{value}</b>
      <span>{label}</span>
    </div>
  )
}

/** Where there is nothing to show: why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="quiet">{children}</div>}
    </div>
  )
}

/** Until the first answer is there: nothing is known yet, which is not the same as nothing. */
export function Asking({ what = 'all peers' }: { what?: string }) {
  return (
    <p class="quiet asking" role="status">
      Asking {what}…
    </p>
  )
}

/** What a peer refused or could not tell. */
export function Problem({ error }: { error: { code: string; message: string } | undefined }) {
  return error === undefined ? null : (
    <p class="problem" role="alert">
      <code>{error.code}</code> {error.message}
    </p>
  )
}
