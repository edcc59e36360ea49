export { defaultRebalanceConfig, type RebalanceConfig } from './config.ts'
export { Drain, type DrainEffect, type DrainInput, type DrainProgress } from './drain.ts'
export type { BorneView, DrainView } from './views.ts'
