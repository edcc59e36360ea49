import type { Connection } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { CodedError } from '@souk/runtime'
import type { Node } from './create-node.ts'

/** The hop at which a dial ended. */
type DialCode =
  | 'address-invalid'
  | 'host-unknown'
  | 'connection-refused'
  | 'unreachable'
  | 'timed-out'
  | 'no-answer'
  | 'wrong-network-key'
  | 'other-peer'
  | 'is-this-peer'
  | 'dial-failed'

export interface DialFailure {
  address: string
  code: DialCode
  /** for people: what was seen at that hop */
  detail: string
}

/** Addresses tried for one peer; an invitation or advert names at most this many. */
export const addressesMax = 16

/**
 * Dials addresses in their order until one answers. Rejects with `cannot-reach` (every address and what failed there),
 * or `wrong-network-key` where one of them spoke, but not our language.
 */
export async function dialAny(
  node: Node,
  addresses: string[],
  msMax: number,
  signal: AbortSignal,
): Promise<Connection> {
  const failures: DialFailure[] = []
  for (const address of addresses.slice(0, addressesMax)) {
    signal.throwIfAborted()
    const result = await dialOne(node, address, msMax, signal)
    if ('connection' in result) return result.connection
    failures.push(result.failure)
  }
  signal.throwIfAborted()
  throw dialError(failures)
}

export type DialResult = { connection: Connection } | { failure: DialFailure }

/** One address; what fails is described, not thrown. */
export async function dialOne(node: Node, address: string, msMax: number, signal: AbortSignal): Promise<DialResult> {
  const parsed = parseAddress(address)
  if (parsed === undefined) {
    const detail = 'not an address like /ip4/192.168.1.5/tcp/4001/p2p/12D3…'
    return { failure: { address, code: 'address-invalid', detail } }
  }
  let stage = ''
  try {
    const connection = await node.dial(parsed, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(msMax)]),
      onProgress: (event) => {
        stage = event.type
      },
    })
    return { connection }
  } catch (error) {
    return { failure: { address, ...classify(stage, error) } }
  }
}

function parseAddress(address: string): Multiaddr | undefined {
  try {
    return multiaddr(address)
  } catch {
    return undefined
  }
}

/**
 * What a failed dial means. Peers of another private network exchange nonces like our own, and then read noise: the
 * handshake breaks at once, or waits for the rest of a message whose length was garbage. So: whatever fails once
 * encryption has begun, and is no mismatch of keys, is another network key (or another service that answers first).
 */
function classify(stage: string, error: unknown): { code: DialCode; detail: string } {
  const { name, message, code } = error as { name?: string; message?: string; code?: unknown }
  if (message?.includes('dial self')) return { code: 'is-this-peer', detail: 'this is the address of this very peer' }
  if (message?.includes('does not match expected remote identity')) {
    return { code: 'other-peer', detail: 'another peer answers there than the one the address names' }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { code: 'host-unknown', detail: 'the host name does not resolve' }
  if (code === 'ECONNREFUSED') {
    return { code: 'connection-refused', detail: 'nothing listens on that port (is the peer up?)' }
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return { code: 'unreachable', detail: 'no route to that host' }
  if (stage.startsWith('upgrader:')) {
    const detail = 'something answers there with another network key (another mesh, or no Souk peer at all)'
    return { code: 'wrong-network-key', detail }
  }
  if (name === 'TimeoutError' || name === 'AbortError') {
    return stage === 'tcp:open-connection'
      ? { code: 'timed-out', detail: 'no answer (a firewall, or the host is down)' }
      : { code: 'timed-out', detail: 'no answer in time' }
  }
  if (name === 'NoValidAddressesError') {
    return { code: 'address-invalid', detail: 'not a TCP address that this peer can dial' }
  }
  return { code: 'dial-failed', detail: message ?? 'unknown reason' }
}

/** The error of a dial whose addresses all failed. */
export function dialError(failures: DialFailure[]): CodedError {
  const list = failures.map((f) => `${f.address}: ${f.detail}`).join('; ')
  if (failures.some((f) => f.code === 'wrong-network-key')) {
    const message = `a peer was reached, but it has another network key (${list}). Ask for a new invitation to its mesh.`
    return new CodedError('wrong-network-key', message)
  }
  const message = failures.length === 0 ? 'no address was given' : `none of ${failures.length} answered: ${list}`
  return new CodedError('cannot-reach', `${message}. Check that the peer is up and that its TCP port is open.`)
}
