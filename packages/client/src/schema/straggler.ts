import { apiLimits, int, PeerIdText, strict, TaskIdText, text } from './vocabulary.ts'

export const StragglerBody = strict({
  task: TaskIdText,
  class: text(apiLimits.nameCharsMax),
  host: PeerIdText,
  elapsedMs: int(),
  p99Ms: int(),
  runs: int(),
  limitMs: int(),
})
