import { useState } from 'preact/hooks'
import { Logo } from './parts/logo.tsx'
import { logIn } from './session.ts'

/** For whoever comes without a link, or with one that was used. */
export function Login({ problem, onEntered }: { problem: string | undefined; onEntered: () => void }) {
  const [failure, setFailure] = useState(problem)
  const [token, setToken] = useState('')
  const submit = async (event: Event) => {
    event.preventDefault()
    const text = token.trim()
    // A link as a whole, its code alone, or a token: whatever people have at hand.
    const code = /#code=([\w-]+)$/.exec(text)?.[1]
    try {
      await logIn(code === undefined ? { token: text.replace(/^.*#/, '').replace(/,.*$/, '') } : { code })
      onEntered()
    } catch (error) {
      setFailure((error as Error).message)
    }
  }
  return (
    <main class="door">
      <Logo size={56} />
      <h1>Souk</h1>
      <p class="quiet">A mesh of equal peers that bid for work. Open it with a link from a terminal on this host:</p>
      <pre class="command">souk console</pre>
      <form onSubmit={submit}>
        <label for="token">or paste a link or an API token (souk token --role observe)</label>
        <div class="row">
          <input
            id="token"
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={token.trim() === ''}>
            Open
          </button>
        </div>
      </form>
      {failure && (
        <p class="problem" role="alert">
          {failure}
        </p>
      )}
    </main>
  )
}
