import type { InvitationAnswer, InvitationBody } from '@souk/client'
import type { BlobAccess, BlobStore, PeerHandle } from '@souk/runtime'
import type { AgentHubView } from './agent-hub-view.ts'
import type { ReadConsole } from './console/console-files.ts'
import type { ControlInfo } from './from-snapshot.ts'
import type { Tokens } from './tokens.ts'

/** Everything that the API's server needs; the composition root brings it. */
export interface ControlOptions {
  handle: PeerHandle
  /** where uploads go */
  blobs: Pick<BlobStore, 'has' | 'put' | 'get'>
  /** a blob from here or from one of these peers */
  readBlob: BlobAccess['read']
  agents: AgentHubView
  tokens: Tokens
  /** signs the sessions of browsers: 32 secret bytes that outlive a restart */
  sessionKey: Uint8Array
  readConsole: ReadConsole
  info: ControlInfo
  /** a page of measurements in the text format of Prometheus */
  metrics(): Promise<{ contentType: string; text: string }>
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void
  /** asked by POST /v1/stop; called after the answer has left */
  onStop(): void
  /** Makes an invitation line. Throws coded errors, told to the client with status 400. */
  invite(body: InvitationBody): Promise<InvitationAnswer>
  /** Removes a member for good, by its id; carried out when it resolves. Throws coded errors, told in the same way. */
  remove(peer: string): Promise<void>
}

export interface ListenOptions {
  host: string
  /** 0 takes a free one */
  port: number
  /** PEM; needed for any host but loopback */
  tls?: { key: string; cert: string }
}
