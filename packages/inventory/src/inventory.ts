/** One graphics device that tasks can use. */
export interface Gpu {
  index: number
  name: string
  memoryBytes: number
  driver: string
}

export interface NetworkLink {
  name: string
  addresses: string[]
  /** undefined: the system does not say (virtual machines mostly do not) */
  speedMbps: number | undefined
}

/** What this host is. */
export interface Inventory {
  hostname: string
  os: { platform: string; release: string; arch: string }
  nodeVersion: string
  cpu: {
    model: string
    /** physical cores and logical CPUs of the machine */
    cores: number
    threads: number
    /** what this process may use of them: affinity, and the quota of its container */
    usableMilli: number
  }
  memory: {
    totalBytes: number
    /** total, or the container's limit */
    usableBytes: number
  }
  /** the file system of the data folder */
  disk: { path: string; totalBytes: number; freeBytes: number }
  network: NetworkLink[]
  gpus: Gpu[]
}
