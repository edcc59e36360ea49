import type { Limits } from '@souk/client'

const names: Record<Limits['memory'], string> = {
  'cgroup-v2': 'cgroup v2',
  'cgroup-v1': 'cgroup v1',
  watchdog: 'watchdog',
  nothing: 'not enforced',
}

/** "memory, processes by cgroup v2; cpu not enforced": who keeps the limits of commands. */
export function limitsText({ memory, cpu, processes }: Limits): string {
  const kept = new Map<string, string[]>()
  for (const [limit, keeper] of Object.entries({ memory, cpu, processes })) {
    const text = keeper === 'nothing' ? names.nothing : `by ${names[keeper]}`
    kept.set(text, [...(kept.get(text) ?? []), limit])
  }
  return [...kept].map(([text, limits]) => `${limits.join(', ')} ${text}`).join('; ')
}
