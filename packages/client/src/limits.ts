/** Hard limits of the API; a server enforces them before it works, a client before it sends. */
export const apiLimits = {
  /** one request body other than a blob */
  bodyBytesMax: 8 * 1024 * 1024,
  /** one blob */
  blobBytesMax: 16 * 1024 * 1024 * 1024,
  tasksPerRequestMax: 1000,
  planTasksMax: 256,
  nameCharsMax: 256,
  textCharsMax: 32 * 1024,
  /** stdin as text or base-64 in a task; what does not fit 64 KiB goes as a blob */
  stdinCharsMax: 128 * 1024,
  argvMax: 1024,
  envMax: 256,
  labelsMax: 64,
  /** tasks that one task waits for */
  dependenciesMax: 64,
  /** tasks that start together */
  gangSizeMax: 128,
  /** the longest that a run may take to write its checkpoint */
  checkpointGraceMsMax: 600_000,
  /** an expression over labels and facts of a host */
  whereCharsMax: 1024,
  /** requests that will do instead of a task's own */
  alternativesMax: 4,
  groupCharsMax: 64,
  /** to how many groups a task is tied each way */
  tiesMax: 8,
  gpuModelsMax: 16,
  gpuModelCharsMax: 64,
  filesMax: 4096,
  outputsMax: 256,
  functionsMax: 512,
  listedMax: 1024,
  /** peers that a read of the trace may name with a time of their own: as many as fit a request's head */
  traceSincesMax: 64,
  /** that an analysis looks back: 30 days */
  windowMsMax: 30 * 24 * 3_600_000,
  /** of each class that is told at once: an hour */
  forecastBucketsMax: 360,
  /** one event of a stream, as text */
  eventCharsMax: 16 * 1024 * 1024,
  /** JSON text of a function's result, as an agent sends it */
  resultCharsMax: 4 * 1024 * 1024,
} as const
