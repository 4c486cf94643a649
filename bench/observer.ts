/**
 * `npx tsx bench/observer.ts <url> ...`: times of requests, from a process that does nothing else: asks each address every 50 ms until its standard
 * input ends, then prints JSON: for each address the times in milliseconds, ascending.
 */
const urls = process.argv.slice(2);
let hasEnded = false;
process.stdin.resume().once("end", () => {
  hasEnded = true;
});

async function timesOf(url: string): Promise<number[]> {
  const times: number[] = [];
  while (!hasEnded) {
    const began = performance.now();
    await (await fetch(url)).text();
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times.toSorted((a, b) => a - b);
}

console.log(JSON.stringify(await Promise.all(urls.map(timesOf))));
