/** A package imports only from packages in layers below its own. The order is ARCHITECTURE.md's. */
export const layers: readonly (readonly string[])[] = [
  ['kernel'],
  ['wire'],
  ['roster', 'custody', 'market', 'host', 'rebalance', 'forecast', 'scaling'],
  ['peer'],
  ['runtime', 'sim'],
  ['transport-libp2p', 'store-lmdb', 'executors', 'inventory', 'telemetry', 'client'],
  ['control', 'console'],
]

/** State machines and what they stand on: no time, no chance, no waiting but what comes in as input. */
export const purePackages: ReadonlySet<string> = new Set(layers.slice(0, 4).flat())

/** Packages that also run in a browser. */
export const browserPackages: ReadonlySet<string> = new Set(['client', 'console'])

/** Entries of a package beside its index: `@souk/client/node` is packages/client/src/node, for programs on Node alone. */
export const subEntries: Readonly<Record<string, readonly string[]>> = { client: ['node'] }

export function layerOf(name: string): number {
  return layers.findIndex((names) => names.includes(name))
}

/** Third-party packages that one package alone may use, so that each can be replaced in one place. */
export const confined: readonly { library: RegExp; to: string }[] = [
  { library: /^(libp2p$|@libp2p\/|@chainsafe\/)/, to: 'transport-libp2p' },
  { library: /^lmdb$/, to: 'store-lmdb' },
]
