/** Hard limits of everything that travels. A receiver enforces them before it allocates. */
export const limits = {
  /** one frame on a peer-to-peer stream; larger is refused before decoding */
  frameBytesMax: 1024 * 1024,
  messagesPerFrameMax: 1024,
  /** one advert as gossip carries it; a host with every label and function at its limit does not fit and says less */
  advertBytesMax: 64 * 1024,
  /** nesting of one frame's arrays and maps */
  depthMax: 12,
  /** values (scalars, keys, containers) in one frame */
  valuesMax: 200_000,
  /** what travels inside a record; larger goes by content address */
  inlineBytesMax: 64 * 1024,
  /** one task's description; larger inputs go as files or blobs */
  specBytesMax: 256 * 1024,
  idCharsMax: 96,
  nameCharsMax: 256,
  /** one argument, environment value or label expression */
  textCharsMax: 32 * 1024,
  argvMax: 1024,
  envMax: 256,
  labelsMax: 64,
  /** groups of like GPUs of one host; what a host has beyond is offered without its model */
  gpuGroupsMax: 32,
  /** requests that will do instead of a task's own */
  alternativesMax: 4,
  /** a group of tasks, and how many a task may be tied to each way */
  groupCharsMax: 64,
  tiesMax: 8,
  /** tasks with ties of which a host tells when it asks for tasks by name; with more it gets none that are tied */
  tiedThereMax: 128,
  /** models of GPU that a task may name, and the length of a name */
  gpuModelsMax: 16,
  gpuModelCharsMax: 64,
  filesMax: 4096,
  updatesMax: 16,
  advertsPerMessageMax: 64,
  /** peers that a mesh can remove in its time: none of them may be forgotten */
  removalsMax: 4096,
  removalsPerMessageMax: 256,
  batonsPerMessageMax: 256,
  tasksPerMessageMax: 1024,
  bidsKeptMax: 8,
  /** places that a task had before its last one, of which its decision tells: the newest */
  placementsKeptMax: 4,
  /** tenants whose quotas a host tells; what goes beyond for the others it refuses */
  quotasMax: 64,
  /** tasks that one task waits for */
  dependenciesMax: 64,
  /** tasks that start together */
  gangSizeMax: 128,
  /** times that a host tells a gang of, at which it has more room for it */
  laterRoomMax: 64,
  /** tasks that one plan looks at, and runs that a host tells of for it */
  planTasksMax: 256,
  surveyRunsMax: 64,
  /** kinds of refusal that a decision tells apart; the rarest beyond are left out, and counted by their code */
  reasonsMax: 16,
  functionsMax: 512,
  /** classes of which an advert says what is expected: about 90 bytes each */
  digestClassesMax: 8,
  membersMax: 4096,
  /** members that the answer to a joiner names: what fits into a small message (32 KiB) with the longest names */
  introducedMax: 48,
  pathMax: 8,
  /** trace events of one answer, their characters together, and what a question names */
  traceEventsMax: 1024,
  traceCharsMax: 256 * 1024,
  traceTypesMax: 32,
  traceTypeCharsMax: 32,
} as const

/** Limits of one stored value: what a frame may carry, with room for what is kept around it. */
export const storedLimits = {
  bytesMax: 16 * 1024 * 1024,
  depthMax: 24,
  valuesMax: 1_000_000,
} as const
