let audio: AudioContext | null = null;

/** Tells a verdict to ear and hand: one high tone and a short buzz, or two low ones and a long buzz. Silent where a phone forbids it. */
export function signal(isGood: boolean): void {
  navigator.vibrate?.(isGood ? 80 : [250, 100, 250]);
  try {
    audio ??= new AudioContext();
    if (isGood) tone(audio, 880, 0, 0.15);
    else for (const at of [0, 0.3]) tone(audio, 200, at, 0.22);
  } catch {
    // No sound on this phone; the words are there.
  }
}

function tone(context: AudioContext, hertz: number, atSeconds: number, seconds: number): void {
  const [oscillator, volume] = [context.createOscillator(), context.createGain()];
  oscillator.frequency.value = hertz;
  volume.gain.value = 0.3;
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(context.currentTime + atSeconds);
  oscillator.stop(context.currentTime + atSeconds + seconds);
}
