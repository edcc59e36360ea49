export interface CloudFacts {
  /** aws, gcp, azure, or as declared */
  provider: string
  region: string | undefined
  zone: string | undefined
  instanceType: string | undefined
  instanceId: string | undefined
  /** may be taken away at short notice for whoever pays more */
  spot: boolean | undefined
  /** in price units, whatever the mesh agrees on */
  pricePerHour: number | undefined
}

/** What only the host's owner knows of: it is declared. */
export interface SpecialisedFacts {
  type: 'licence' | 'device' | 'sensor' | 'units' | 'model' | 'data'
  /** so many tasks may have one at a time; of models and data 1, they are shared */
  count: number
  path: string | undefined
}

export interface SoftwareFacts {
  type: 'runtime' | 'container engine' | 'tool' | 'executor' | 'function'
  /** undefined: only the program itself could say, and it was not run */
  version: string | undefined
  path: string | undefined
}

export interface PersonFacts {
  skills: string[]
  /** 'mon-fri 09:00-17:00'; none: at any time */
  hours: string[]
  timeZone: string
  /** so many tasks at a time */
  tasksMax: number
}
