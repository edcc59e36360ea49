import { type HostFiles, realFiles } from './host-files.ts'

/** What a container lets this process have; undefined where it sets no limit. */
export interface CgroupLimits {
  cpuMilli: number | undefined
  memoryBytes: number | undefined
}

/** cgroup v1 says "no limit" with a number near 2^63. */
const noLimitBytes = 2 ** 60

/** One cgroup hierarchy, and where this process is in it. */
export interface CgroupHierarchy {
  version: 1 | 2
  /** of v1, such as cpu and cpuacct; of v2 none: each folder lists its own */
  controllers: string[]
  /** from the mount down to our own cgroup */
  folders: string[]
}

interface Mount {
  root: string
  point: string
  version: 1 | 2
  /** controllers of a v1 hierarchy, such as cpu,cpuacct */
  controllers: string[]
}

/** The tightest limits of this process's cgroups and all above them, v1 and v2. */
export function cgroupLimits({ read }: Pick<HostFiles, 'read'>): CgroupLimits {
  const cpu: number[] = []
  const memory: number[] = []
  for (const { version, controllers, folders } of cgroupHierarchies({ read })) {
    for (const folder of folders) {
      if (version === 2) {
        cpu.push(...parseCpuMax(read(`${folder}/cpu.max`)))
        memory.push(...parseBytesLimit(read(`${folder}/memory.max`)))
      } else {
        if (controllers.includes('cpu')) {
          cpu.push(...parseQuota(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)))
        }
        if (controllers.includes('memory')) {
          memory.push(...parseBytesLimit(read(`${folder}/memory.limit_in_bytes`)))
        }
      }
    }
  }
  return { cpuMilli: least(cpu), memoryBytes: least(memory) }
}

/** Every hierarchy that is mounted here, v1 and v2. */
export function cgroupHierarchies({ read }: Pick<HostFiles, 'read'> = realFiles): CgroupHierarchy[] {
  const paths = parseOwnPaths(read('/proc/self/cgroup') ?? '')
  return parseMounts(read('/proc/self/mountinfo') ?? '').map((mount) => ({
    version: mount.version,
    controllers: mount.controllers,
    folders: foldersOf(mount, paths),
  }))
}

/** `/proc/self/mountinfo`, the cgroup lines: "30 22 0:27 ROOT POINT options - TYPE source superoptions". */
function parseMounts(mountinfo: string): Mount[] {
  const mounts: Mount[] = []
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ')
    const [, , , root, point] = before?.split(' ') ?? []
    const [type, , options] = after?.split(' ') ?? []
    if (root === undefined || point === undefined) continue
    if (type === 'cgroup2') mounts.push({ root, point, version: 2, controllers: [] })
    else if (type === 'cgroup') mounts.push({ root, point, version: 1, controllers: options?.split(',') ?? [] })
  }
  return mounts
}

/** `/proc/self/cgroup`: "4:memory:/path" for v1, "0::/path" for v2; by controller, '' for v2. */
function parseOwnPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>()
  for (const line of text.split('\n')) {
    const parts = /^\d+:([^:]*):(\/.*)$/.exec(line)
    if (parts) for (const controller of parts[1]!.split(',')) paths.set(controller, parts[2]!)
  }
  return paths
}

/** Our cgroup's folder and all above it up to the mount. In a container the mount may begin at our own cgroup. */
function foldersOf(mount: Mount, paths: Map<string, string>): string[] {
  const names = mount.version === 2 ? [''] : mount.controllers
  const path = names.map((name) => paths.get(name)).find((found) => found !== undefined) ?? '/'
  const inMount = path.startsWith(mount.root) ? path.slice(mount.root.length) : ''
  const steps = inMount.split('/').filter((step) => step !== '' && step !== '..')
  const folders = [mount.point]
  for (const step of steps) folders.push(`${folders.at(-1)}/${step}`)
  return folders
}

/** "200000 100000" or "max 100000". */
function parseCpuMax(text: string | undefined): number[] {
  const [quota, period] = text?.trim().split(' ') ?? []
  return parseQuota(quota, period)
}

function parseQuota(quota: string | undefined, period: string | undefined): number[] {
  const milli = Math.floor((Number(quota) / Number(period)) * 1000)
  return milli > 0 && Number.isFinite(milli) ? [milli] : []
}

function parseBytesLimit(text: string | undefined): number[] {
  const bytes = Number(text?.trim() || Number.NaN)
  return bytes > 0 && bytes < noLimitBytes ? [bytes] : []
}

function least(values: number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}
