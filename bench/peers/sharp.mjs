// node sharp.mjs WAY EFFORT SOURCE INTO: the variants listed on standard input, made by sharp.
// WAY: `pipelines`, one from the file for each variant, as sharp's documentation shows it; or `once`, which decodes
// to the largest raster and makes every variant of that. EFFORT: of AVIF, or `default`. Prints wall and CPU seconds.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const [way, effort, source, into] = process.argv.slice(2)
const sharp = createRequire(join(process.cwd(), 'package.json'))('sharp')
const variants = JSON.parse(readFileSync(0, 'utf8'))
const avif = effort === 'default' ? {} : { effort: Number(effort) }
const encoders = {
  avif: (image) => image.avif(avif),
  webp: (image) => image.webp(),
  jpeg: (image) => image.jpeg(),
  png: (image) => image.png(),
}

const save = (image, { width, height, fit, format, name }) =>
  encoders[format](image.resize({ width, height, fit, position: 'attention' })).toFile(join(into, name))

async function pipelines() {
  await Promise.all(variants.map((variant) => save(sharp(source).autoOrient(), variant)))
}

async function once() {
  const [width, height] = [0, 1].map((side) => Math.max(...variants.map((variant) => variant.decode[side])))
  const decoded = await sharp(source).autoOrient().resize({ width, height, fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  const raster = sharp(decoded.data, { raw: decoded.info })
  await Promise.all(variants.map((variant) => save(raster.clone(), variant)))
}

await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).avif().toBuffer() // all is loaded
const began = process.hrtime.bigint()
const spent = process.cpuUsage()
await { pipelines, once }[way]()
const { user, system } = process.cpuUsage(spent)
console.log(JSON.stringify({
  wall_seconds: Number(process.hrtime.bigint() - began) / 1e9,
  cpu_seconds: (user + system) / 1e6,
  peak_megabytes: process.resourceUsage().maxRSS * 1024 / 1e6,
}))
