import type { Limits } from '@souk/client'
import { limitsText } from '../print/limits-text.ts'
import { visibleData } from '../print/visible.ts'
import type { Check } from './local-checks.ts'

/** Who keeps the limits of commands on this host. */
export function limitsCheck(shown: Limits): Check {
  const limits = visibleData(shown)
  const name = 'limits'
  const text = limitsText(limits)
  const seen = limits.reason === '' ? text : `${text} (${limits.reason})`
  const kernel = [limits.memory, limits.cpu, limits.processes].every((keeper) => keeper.startsWith('cgroup'))
  if (kernel || limits.reason.startsWith('the owner')) return { name, level: 'ok', seen }
  const next = 'run the peer where cgroups are delegated to it, such as a systemd service with Delegate=yes'
  return { name, level: 'warn', seen, next }
}
