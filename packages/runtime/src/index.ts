export type { PeerHandle } from './peer-handle.ts'
export * from './ports.ts'
