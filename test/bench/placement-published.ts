/** GPU allocation at 130 % of demand, in percent: the mean of ten seeds. */
export interface Published {
  random: number
  best_fit: number
  fgd: number
}

const row = (random: number, bestFit: number, fgd: number): Published => ({ random, best_fit: bestFit, fgd })

/**
 * What the authors of FGD (USENIX ATC'23) published for each list: experiments/analysis/expected_results/
 * analysis_allo_discrete.csv of hkust-adsl/kubernetes-scheduler-simulator, column 130, the mean over its seeds.
 */
const lists: Readonly<Record<string, Published>> = {
  default: row(87.47, 93.08, 95.39),
  cpu050: row(91.24, 93.79, 95.21),
  cpu100: row(89.11, 93.44, 95.35),
  cpu200: row(83.77, 92.4, 95.05),
  cpu250: row(80.41, 91.45, 93.41),
  gpushare100: row(79.44, 85.01, 86.9),
  gpushare40: row(86.0, 91.69, 94.15),
  gpushare60: row(83.65, 89.36, 91.4),
  gpushare80: row(81.22, 87.01, 89.31),
  gpuspec10: row(87.43, 93.31, 94.95),
  gpuspec20: row(87.24, 93.3, 94.84),
  gpuspec25: row(86.94, 93.23, 94.74),
  gpuspec33: row(86.46, 93.09, 94.55),
  multigpu20: row(88.69, 93.93, 95.65),
  multigpu30: row(89.27, 94.72, 96.46),
  multigpu40: row(90.09, 95.23, 96.99),
  multigpu50: row(90.28, 95.74, 97.18),
}

/** the cluster that they are of */
const publishedGpuMilli = 6_212_000

/** What was published of a list of this name; nothing is comparable on other hosts. */
export function publishedOf(list: string, gpuMilli: number): Published | undefined {
  return gpuMilli === publishedGpuMilli ? lists[list] : undefined
}
