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
  /** a body that travels inside a record; a larger one goes as a blob */
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
  /** groups of like GPUs of one host; GPUs beyond are offered without their model */
  gpuGroupsMax: 32,
  /** requests that will do instead of a task's own */
  alternativesMax: 4,
  /** name of a group, and ties of a task each way (near, apart) */
  groupCharsMax: 64,
  tiesMax: 8,
  /** tied tasks that a host lists when it asks for tasks by name; with more it is given no tied ones */
  tiedThereMax: 128,
  /** models of GPU that a task may name, and the length of a name */
  gpuModelsMax: 16,
  gpuModelCharsMax: 64,
  filesMax: 4096,
  updatesMax: 16,
  advertsPerMessageMax: 64,
  /** peers that a mesh can remove in its whole life, since no removal may be forgotten */
  removalsMax: 4096,
  removalsPerMessageMax: 256,
  batonsPerMessageMax: 256,
  tasksPerMessageMax: 1024,
  bidsKeptMax: 8,
  /** earlier places of a task that its decision keeps: the newest */
  placementsKeptMax: 4,
  /** tenants whose quotas a host tells a bearer; tasks beyond the quotas of others it refuses when they come */
  quotasMax: 64,
  /** tasks that one task waits for */
  dependenciesMax: 64,
  /** tasks that start together */
  gangSizeMax: 128,
  /** times of further room that a host tells a gang */
  laterRoomMax: 64,
  /** tasks that one plan looks at, and runs that a host tells of for it */
  planTasksMax: 256,
  surveyRunsMax: 64,
  /** groups of refusals that a decision keeps; rarer ones are only counted by their code */
  reasonsMax: 16,
  functionsMax: 512,
  /** classes in the demand digest of an advert: about 90 bytes each */
  digestClassesMax: 8,
  membersMax: 4096,
  /** members that the answer to a joiner names: what fits into a small message (32 KiB) with the longest names */
  introducedMax: 48,
  pathMax: 8,
  /** trace events of one answer and their characters together; types that a question names, and the length of one */
  traceEventsMax: 1024,
  traceCharsMax: 256 * 1024,
  traceTypesMax: 32,
  traceTypeCharsMax: 32,
} as const

/** Limits of one stored value: those of a frame, with room for what is stored along with what came in it. */
export const storedLimits = {
  bytesMax: 16 * 1024 * 1024,
  depthMax: 24,
  valuesMax: 1_000_000,
} as const
