import type { WouldHelp } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import { resourceTextAtMost } from './resource-text.ts'

/** The option that asks for a resource; declared ones go by `--need`. */
const flags: Record<string, string> = {
  cpuMilli: '--cpu',
  memoryBytes: '--mem',
  diskBytes: '--disk',
  gpu: '--gpu',
  gpuMemoryBytes: '--gpu-memory',
}

/** What would let a waiting task start, a line each: what to do, and on how many hosts it fits then. */
export function helpLines(help: readonly WouldHelp[], names: PeerNames): string[] {
  return help.map((one) => lineOf(one, names))
}

function lineOf({ code, what = '', atMost = 0, etaMs, hosts, peers }: WouldHelp, names: PeerNames): string {
  const called = peers.map((peer) => names(peer)).sort()
  const named = `(${called.join(', ')}${hosts > peers.length ? ', …' : ''})`
  const where = `${countText(hosts, 'host')}${peers.length > 0 ? ` ${named}` : ''}`
  switch (code) {
    case 'wait':
      return `wait${etaMs === undefined ? '' : ` ~${durationText(etaMs)}`}: it starts as soon as there is room on ${where}`
    case 'raise-quota':
      if (what === 'together')
        return `a larger quota of its tenant on ${countText(hosts, 'host')} (souk up --quota): these start together, and each allows at most ${atMost} of them at a time`
      if (what !== '')
        return `a larger quota of its tenant on ${countText(hosts, 'host')} (souk up --quota): one such task is more than all of it`
      return `another quota of its tenant on ${countText(hosts, 'host')} (souk up --quota), or that one of its tasks ends there`
    case 'reach':
      return `reach ${where} again: souk doctor names the failing hop`
    case 'undrain':
      return `start ${where} again, which takes no new work now`
    case 'ask-less':
      return `ask for ${resourceTextAtMost(what, atMost)} or less (${flags[what] ?? '--need'}): fits on ${where}`
    case 'without-label':
      return `drop --label ${what}: fits on ${where}; or start a peer with it (souk up --label ${what})`
    case 'other-gpu':
      return `take other GPUs than ${what} (without --gpu-model): fits on ${where}`
    case 'without-where':
      return `drop --where '${what}': fits on ${where}`
    case 'untie':
      return `what it must be near or apart from stands in the way: ${what}; on ${where}`
    case 'add-function':
      return `a host with function ${what}: register it on ${where} (souk up --functions FILE, or an agent), or send it along (--module)`
    case 'allow-executor':
      return `allow ${what} tasks on ${where} (souk up --allow process,function)`
    case 'add-host':
      return 'a host that has all of it: souk invite, then souk join there'
  }
}
