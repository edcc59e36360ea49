export interface CpuCache {
  level: number
  type: 'data' | 'instruction' | 'unified'
  /** of one such cache */
  sizeBytes: number
  /** how many of them the host has */
  count: number
}

export interface NumaNode {
  /** what relations name: 'numa/0' */
  id: string
  /** CPUs as Linux lists them: '0-7,16-23' */
  cpus: string
  memoryBytes: number | undefined
}

/** All CPUs of the host: they are of one model. */
export interface CpuFacts {
  model: string
  architecture: string
  sockets: number
  /** physical cores and logical CPUs of the machine */
  cores: number
  threads: number
  /** what this process may use of them, in thousandths of a CPU: affinity, and the quota of its container */
  usableMilli: number
  baseMhz: number | undefined
  boostMhz: number | undefined
  /** how the system trades speed for power: performance, powersave, schedutil … */
  governor: string | undefined
  /** those that programs are built for: avx2, avx512f, sve … */
  instructionSets: string[]
  caches: CpuCache[]
  numa: NumaNode[]
}

export interface GpuProcess {
  pid: number
  name: string
  memoryBytes: number | undefined
}

/** One graphics or compute device. */
export interface GpuFacts {
  vendor: string
  model: string
  /** its own memory; 0: none, or not known */
  memoryBytes: number
  memoryUsedBytes: number | undefined
  /** shares the host's memory; not offered unless --offer gpu=N says so */
  integrated: boolean
  /** multiprocessors, compute units or execution units, as its maker counts */
  computeUnits: number | undefined
  driver: string | undefined
  /** what programs reach it by: 'CUDA 12.4', 'ROCm', 'Level Zero' */
  api: string | undefined
  /** 0 to 100 */
  utilisationPercent: number | undefined
  pciAddress: string | undefined
  processes: GpuProcess[]
}

export interface MemoryFacts {
  type: 'ram' | 'swap'
  totalBytes: number
  /** total, or the limit of the container */
  usableBytes: number
  /** can be had now without swapping */
  availableBytes: number
  /** such as DDR5, and its megatransfers a second; most systems tell only root */
  technology: string | undefined
  speedMtps: number | undefined
}

export interface Throughput {
  writeBytesPerSecond: number
  /** until one small write is safely on the disk, median */
  syncMs: number
  /** ISO time */
  measuredAt: string
}

export interface DeviceFacts {
  type: 'device'
  sizeBytes: number
  model: string | undefined
  /** spinning disk; undefined: not known */
  rotational: boolean | undefined
}

export interface MountFacts {
  type: 'mount'
  path: string
  /** device or share that is mounted */
  source: string
  fileSystem: string
  /** undefined: not asked, a network file system may never answer */
  totalBytes: number | undefined
  freeBytes: number | undefined
  /** this peer keeps its data folder here, and offers its free space */
  holdsData: boolean
  throughput: Throughput | undefined
}

export type StorageFacts = DeviceFacts | MountFacts

export interface NetworkFacts {
  addresses: string[]
  /** undefined: the system does not say (virtual machines mostly do not) */
  speedMbps: number | undefined
  mtuBytes: number | undefined
  /** of the way to another peer, as the running peer measures it */
  rttMs: number | undefined
  /** megabits a second of transfers with that peer of late */
  receivedMbps?: number
  sentMbps?: number
}
