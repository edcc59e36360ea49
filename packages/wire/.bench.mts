const native = process.argv[2] === 'native'
const m: any = native ? await import('msgpackr') : await import('msgpackr/pack')
const peer = '12D3KooWLRPJAA5o6TvqUJNUbNYvTxwPpPcQkqzr9Vbqz7aRPzzz'
const id = (i: number) => '0123456789abcdef' + String(i).padStart(8, '0')
const request = {
  cpuMilli: 1000,
  memoryBytes: 256 * 2 ** 20,
  diskBytes: 0,
  networkMbps: 0,
  slots: 1,
  gpu: { count: 0, milli: 0 },
  custom: {},
}
const bid = (i: number) => ({
  t: 'bid',
  lot: i,
  terms: {
    count: 4,
    startMs: 3,
    finishMs: { p50: 120, p90: 400 },
    fragMilli: -12,
    priceMilli: 0,
    warm: true,
    loadSeq: 123456,
  },
})
const award = (i: number) => ({
  t: 'award',
  batons: [
    {
      record: {
        id: id(i),
        spec: {
          name: 'resize',
          tenant: 'default',
          class: 'process:convert',
          work: { kind: 'process', argv: ['convert', 'in.png', '-resize', '50%', 'out.png'], env: { LANG: 'C' } },
          request,
          priority: 'medium',
          labels: {},
          inputs: [],
          outputs: [],
          timeoutMs: 60000,
          retries: 0,
          attemptsMax: 3,
          outputBytesMax: 1048576,
          durability: 'quorum',
          failIfUnplaceable: false,
        },
        origin: peer,
        submittedWallMs: 1760000000000,
        custodians: [peer, peer, peer],
        version: 1,
      },
      ballot: { counter: 1, peer, incarnation: 3 },
      incarnation: 3,
      path: [peer],
      alternates: [{ peer, incarnation: 3 }],
      bounces: 0,
      moves: 0,
      attempts: [],
    },
  ],
})
const frame = [1, 7, new Uint8Array(12), Array.from({ length: 256 }, (_, i) => (i % 2 ? bid(i) : award(i)))]
const frameB = [1, 7, new Uint8Array(12), Array.from({ length: 256 }, (_, i) => bid(i))]
for (const opts of [
  { useRecords: false, mapsAsObjects: true, int64AsType: 'number', useToJSON: false, encodeUndefinedAsNil: true },
  {
    useRecords: false,
    mapsAsObjects: true,
    int64AsType: 'number',
    useToJSON: false,
    skipValues: [undefined],
    encodeUndefinedAsNil: true,
  },
  {
    useRecords: false,
    mapsAsObjects: true,
    int64AsType: 'number',
    useToJSON: false,
    variableMapSize: true,
    encodeUndefinedAsNil: true,
  },
])
  for (const [n, f] of [
    ['mixed', frame],
    ['bids', frameB],
  ] as const) {
    const p = new m.Packr({ ...opts, copyBuffers: true })
    const b = p.pack(f)
    const u = new Uint8Array(b)
    const bb = Buffer.from(u)
    const t = (fn: () => void) => {
      for (let i = 0; i < 100; i++) fn()
      const s = performance.now()
      let k = 0
      while (performance.now() - s < 600) {
        fn()
        k++
      }
      return (((performance.now() - s) / k) * 1000).toFixed(0) + 'us'
    }
    console.log(
      n,
      Object.keys(opts).join(),
      b.length,
      'enc',
      t(() => p.pack(f)),
      'dec u8',
      t(() => p.unpack(new Uint8Array(u.buffer, u.byteOffset, u.byteLength))),
      'dec buf',
      t(() => p.unpack(bb)),
    )
  }
