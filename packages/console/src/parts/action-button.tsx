import { asSoukError, type SoukError } from '@souk/client'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Problem } from './card.tsx'

interface ActionButtonProps {
  children: ComponentChildren
  /** what is done; what it resolves with is said afterwards */
  act: () => Promise<string | undefined>
  class?: string
  /** asked before, where it cannot be taken back */
  confirm?: string
}

/** Does something at the peer, and says what the peer said: it alone decides who may do what. */
export function ActionButton({ children, act, class: look = '', confirm }: ActionButtonProps) {
  const [busy, setBusy] = useState(false)
  const [sure, setSure] = useState(false)
  const [said, setSaid] = useState('')
  const [error, setError] = useState<SoukError>()
  const run = async () => {
    if (confirm !== undefined && !sure) return setSure(true)
    setBusy(true)
    setError(undefined)
    try {
      setSaid((await act()) ?? '')
    } catch (cause) {
      setError(asSoukError(cause))
    }
    setBusy(false)
    setSure(false)
  }
  return (
    <span class="action">
      <button
        type="button"
        class={look}
        disabled={busy}
        onClick={run}
        onBlur={() => setSure(false)}
        onKeyDown={({ key }) => key === 'Escape' && setSure(false)}
      >
        {sure ? confirm : children}
      </button>
      {said && <span role="status">{said}</span>}
      <Problem error={error} />
    </span>
  )
}
