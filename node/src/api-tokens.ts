import { randomBytes } from 'node:crypto'
import { type Tokens, TokenTable } from '@souk/control'
import type { Mesh } from '@souk/transport-libp2p'
import { MeshTokens } from './api-token.ts'

/** The local API's token of this life, and the tokens that the mesh issued. */
export function apiTokens(mesh: Mesh): { tokens: Tokens; token: string } {
  const token = randomBytes(24).toString('base64url')
  const local = new TokenTable()
  local.add(token, { role: 'admin' })
  const issued = new MeshTokens(mesh, Date.now)
  const tokens: Tokens = {
    // The key in the data folder is for this host: it opens nothing from elsewhere.
    check: (text, listener) => (listener === 'loopback' ? local.check(text) : undefined) ?? issued.check(text),
  }
  return { tokens, token }
}
