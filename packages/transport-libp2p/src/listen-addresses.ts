import { CodedError } from '@souk/runtime'
import { addressesMax } from './dialer.ts'

/**
 * The addresses worth telling others. Loopback only when there is nothing else: on another host it would lead to that
 * host itself. Link-local IPv6 needs a zone that only this host knows.
 */
export function usefulAddresses(all: string[]): string[] {
  const open = all.filter((address) => !address.startsWith('/ip6/fe80:'))
  const outward = open.filter((address) => !isLoopback(address))
  return (outward.length > 0 ? outward : open).slice(0, addressesMax)
}

export function isLoopback(address: string): boolean {
  return /^\/(ip4\/127\.|ip6\/::1\/)/.test(address)
}

/** The same address, saying whom we expect there: then nobody else can answer. */
export function withPeer(address: string, peer: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
}

/** The error of a start that could have no listen address. */
export function cannotListen(listen: string[], cause: Error): CodedError {
  const seen = cause.message.includes('EADDRINUSE') ? 'the port is in use by another program' : cause.message
  const message = `cannot listen on ${listen.join(', ')}: ${seen}. Stop the other program or choose another port (--listen).`
  return new CodedError('cannot-listen', message, { cause })
}
