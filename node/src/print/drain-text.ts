import type { DrainProgress } from '@souk/client'
import { durationText } from './amount-text.ts'

/** How far a drain is, in one line: `200 handed over, 8 running (stopped in 4m 10s), 3 waiting yet`. */
export function drainText(drain: DrainProgress): string {
  const { handedOver, stopped, moved, waiting, passing, held } = drain
  const parts = [
    `${handedOver} handed over`,
    runningText(drain),
    waiting > 0 ? `${waiting} waiting yet` : '',
    passing > 0 ? `${passing} under way` : '',
    moved > 0 ? `${moved} asked for a checkpoint, to go on elsewhere` : '',
    stopped > 0 ? `${stopped} stopped, to run elsewhere` : '',
    held > 0 ? `${held} held: only this peer keeps them, or no other of their keepers can be reached` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function runningText({ running, runningOnce, leftMs }: DrainProgress): string {
  if (running === 0) return ''
  const stoppable = running - runningOnce
  const until = leftMs === undefined || stoppable === 0 ? '' : `${stoppable} stopped in ${durationText(leftMs)}`
  const once =
    runningOnce === 0 ? '' : `${runningOnce} that ${runningOnce === 1 ? 'starts' : 'start'} at most once may end`
  const notes = [until, once].filter((note) => note !== '').join('; ')
  return `${running} running${notes === '' ? '' : ` (${notes})`}`
}
