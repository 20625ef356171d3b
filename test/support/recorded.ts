/** Everything written to standard output and standard error while `work` runs. */
export async function recorded(work: () => Promise<void>): Promise<string> {
  const written: string[] = [];
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream) => stream.write.bind(stream));
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array): boolean => {
      written.push(Buffer.from(chunk).toString());
      return true;
    };
  }
  try {
    await work();
  } finally {
    streams.forEach((stream, index) => Object.assign(stream, { write: originals[index] }));
  }
  return written.join('');
}
