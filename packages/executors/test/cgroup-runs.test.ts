import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { findPlace } from '../src/limits/find-place.ts'
import type { Hierarchy } from '../src/limits/parents.ts'
import { defaultTaskLimits } from '../src/limits/task-limits.ts'
import { command, order } from './orders.ts'
import { ownCgroups } from './own-cgroups.ts'
import { processGone } from './processes.ts'
import { text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

// On the cgroups of this very host, v1 or v2. Where it has none that can be used, the first test says why.
const probe = mkdtempSync(join(tmpdir(), 'souk-place-'))
const { place, reason } = await findPlace(ownCgroups(), probe)
rmSync(probe, { recursive: true })
for (const { folder } of place?.parents ?? []) rmdirSync(folder)
test('where the kernel lets this process limit memory there is a place for cgroups', (context) => {
  if (!ownCgroups().some(canLimitMemory)) return context.skip(`cgroups cannot be used here: ${reason}`)
  expect(place, reason).toBeDefined()
})

/** Tried by hand, without what is tested. */
function canLimitMemory({ version, folders }: Hierarchy): boolean {
  return folders.some((folder) => {
    const own = join(folder, `souk-test-${process.pid}`)
    try {
      mkdirSync(own)
      writeFileSync(join(own, version === 2 ? 'memory.max' : 'memory.limit_in_bytes'), '100000000', { flag: 'r+' })
      return true
    } catch {
      return false
    } finally {
      if (existsSync(own)) rmdirSync(own)
    }
  })
}

const real = test.runIf(place !== undefined)
const running = new RunningExecutor({ cgroups: ownCgroups(), limits: { ...defaultTaskLimits, processesMax: 64 } })
const request = (over: object) => ({ request: { ...emptyRequest(), ...over } })
const cgroupsLeft = () =>
  running.executor.limitsInForce.folders.flatMap((folder) => readdirSync(folder).filter((name) => /^g\d+-/.test(name)))
const untilCgroupsGone = async () => {
  while (cgroupsLeft().length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

real('the kernel keeps memory and processes, and it is told which cgroups do', () => {
  const { memory, processes, folders } = running.executor.limitsInForce
  expect([memory, processes]).toEqual([`cgroup-v${place!.version}`, `cgroup-v${place!.version}`])
  for (const folder of folders) expect(existsSync(folder)).toBe(true)
})

real('a command over its memory is killed and says so; its cgroups are gone afterwards', async () => {
  const script = 'const taken = []; for (let i = 0; i < 200; i++) taken.push(Buffer.alloc(1e6, 1)); console.log("all")'
  const result = await running.run(command(process.execPath, '-e', script), request({ memoryBytes: 64 * 2 ** 20 }))
  expect(result).toMatchObject({ end: 'failed', code: 'out-of-memory', exitCode: 137 })
  expect(result.message).toMatch(/^out of memory: used 6\d\.\d MB of 67\.1 MB \(peak\), and needed more$/)
  expect(text(result.stdout)).toBe('')
  await untilCgroupsGone()
})

real('a command has the CPUs that it asked for as a quota in its cgroup', async (context) => {
  const { cpu, folders } = running.executor.limitsInForce
  if (cpu === 'nothing') return context.skip('no cgroup limits CPU here')
  const wanted = order(command('sleep', '600'), request({ cpuMilli: 500 }))
  running.executor.run(wanted)
  await running.events.started(wanted.task)
  const file = place!.version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us'
  const quotas = folders.flatMap((folder) => {
    const paths = readdirSync(folder).map((name) => join(folder, name, file))
    return paths.filter((path) => existsSync(path)).map((path) => Number.parseInt(readFileSync(path, 'utf8'), 10))
  })
  running.executor.halt(wanted.task, wanted.ballot, 'fenced')
  await running.events.result(wanted.task)
  expect(quotas).toEqual([50_000])
})

real('when one of its processes is out of memory all of it ends, even where the first would go on', async () => {
  const script = 'head -c 200000000 /dev/zero | tail >/dev/null; sleep 600'
  const result = await running.run(command('sh', '-c', script), request({ memoryBytes: 64 * 2 ** 20 }))
  expect(result).toMatchObject({ end: 'failed', code: 'out-of-memory' })
})

real('a command within its memory ends as it does, with what it used', async () => {
  const script =
    'const taken = Buffer.alloc(20e6, 1); const end = Date.now() + 100; while (Date.now() < end) taken[0]++'
  const result = await running.run(command(process.execPath, '-e', script), request({ memoryBytes: 512e6 }))
  expect(result).toMatchObject({ end: 'ok', message: '' })
  expect(result.memoryPeakBytes).toBeGreaterThan(20e6)
  expect(result.memoryPeakBytes).toBeLessThan(512e6)
  expect(result.cpuMs).toBeGreaterThan(0)
})

real('more processes than are allowed are refused, and a failure says so', async () => {
  const script = 'i=0; while [ $i -lt 100 ]; do sleep 600 & i=$((i+1)); done'
  const result = await running.run(command('sh', '-c', script))
  expect(result.end).toBe('failed')
  expect(result.message).toContain('it was refused more than 64 processes')
})

real('while it runs it is known what it uses; once it has ended nothing is', async () => {
  const script = 'const taken = Buffer.alloc(50e6, 1); setInterval(() => taken[0]++, 1e6)'
  const wanted = order(command(process.execPath, '-e', script))
  const { executor, events } = running
  executor.run(wanted)
  const { task, ballot } = wanted
  await events.started(task)
  expect(executor.underWay()).toMatchObject([{ task, ballot }])
  while (!((executor.underWay()[0]?.memoryBytes ?? 0) > 50e6)) await new Promise((resolve) => setTimeout(resolve, 50))
  executor.halt(task, ballot, 'fenced')
  await events.result(task)
  expect(executor.underWay()).toEqual([])
})

real('what leaves its group, its session and its output ends with the run', async () => {
  const script = '(env -u SOUK_FENCE setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $!) ; sleep 0.2'
  const result = await running.run(command('sh', '-c', script))
  expect(result.end).toBe('ok')
  await processGone(Number(text(result.stdout)))
})

real('a command that does not exist is told as ever, and leaves no cgroup', async () => {
  expect(await running.run(command('no-such-command-anywhere'))).toMatchObject({ end: 'failed', exitCode: 127 })
  await untilCgroupsGone()
})

real('a guardian that is killed leaves nothing: runs and cgroups go, and the next run gets new ones', async () => {
  const wanted = order(command('sh', '-c', 'echo $$; exec sleep 600'))
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task).endsWith('\n'))
  process.kill(running.executor.guardianPid!, 'SIGKILL')
  expect((await running.events.result(wanted.task)).message).toMatch(/^guardian-lost: /)
  await processGone(Number(running.events.live(wanted.task)))
  await untilCgroupsGone()
  expect(await running.run(command('true'))).toMatchObject({ end: 'ok' })
})

real('what an earlier life left in its cgroups is killed at the start, and nothing else', async () => {
  const bystander = spawn('sleep', ['600'])
  const left = spawn('sleep', ['600'])
  for (const folder of running.executor.limitsInForce.folders) {
    mkdirSync(join(folder, 'g1-1'))
    writeFileSync(join(folder, 'g1-1', 'cgroup.procs'), String(left.pid))
  }
  const again = running.another({})
  await again.start(running.events, new AbortController().signal)
  await processGone(left.pid!)
  await untilCgroupsGone()
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
  bystander.kill('SIGKILL')
  await again.stop()
})
