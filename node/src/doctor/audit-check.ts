import type { AuditStatus } from '@souk/client'
import { breachText } from '../print/breach-text.ts'
import { visibleData } from '../print/visible.ts'
import type { Check } from './local-checks.ts'

/** Findings that mean that this peer itself is wrong. */
const ownFaults = new Set(['ledger-drift', 'unknown-run', 'missing-run'])

/** Whether what is promised, what runs and what is used go together on this host. */
export function auditCheck(shown: AuditStatus): Check {
  const { breaches, breachesEver } = visibleData(shown)
  const name = 'audit'
  if (breaches.length === 0) {
    const before = breachesEver === 0 ? '' : `; ${breachesEver} times it did not, see its log`
    return { name, level: 'ok', seen: `what is promised, runs and is used goes together${before}` }
  }
  const fault = breaches.some(({ code }) => ownFaults.has(code))
  const next = fault
    ? 'this is a mistake of the peer: restart it (souk down, souk up) and report its log'
    : 'offer what the host really has (souk up --offer), or ask for what tasks really use'
  return { name, level: fault ? 'fail' : 'warn', seen: breaches.map(breachText).join('\n'), next }
}
