/** What a run used, as its host measured it. */
export interface RunUsage {
  cpuMs: number
  /** the most at once; on hosts with cgroups with the page cache of the files it read. Of functions it is not known */
  memoryBytesPeak?: number
}
