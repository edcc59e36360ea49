import { useState } from 'preact/hooks'

/** A text to take elsewhere: an id, a command. */
export function CopyText({ text, shown = text }: { text: string; shown?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => {})
    setCopied(true)
    setTimeout(() => setCopied(false), 1_200)
  }
  return (
    <button type="button" class="copy" title={`copy ${text}`} onClick={copy}>
      <code>{shown}</code>
      <span aria-live="polite">{copied ? 'copied' : ''}</span>
    </button>
  )
}
