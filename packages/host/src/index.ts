export { defaultHostConfig, type HostConfig } from './config.ts'
export { Host, type HostEffect, type HostInput } from './host.ts'
export type { OutputPiece } from './output-tail.ts'
export type { StopCode } from './run.ts'
