import type { World } from './world.ts'

/** As real drivers do it; see `AuditWatch` of runtime. */
const auditMs = 10_000

/** Tells every machine that can hear it, every ten seconds, which processes its host really has. */
export function driveAudits(world: World): void {
  world.later(auditMs, () => {
    for (const node of world.nodes) {
      const late = node.frozenUntil > world.now || node.lagMs > 0 || node.laggedUntil > world.now
      if (!node.alive || late) continue
      const runs = node.executor.underWay().map(({ order: { task, ballot } }) => ({ task, ballot }))
      world.input(node, { type: 'measured', runs })
    }
    driveAudits(world)
  })
}
