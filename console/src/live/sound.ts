let audio: AudioContext | undefined;
let quietUntil = 0;

/** A burst of orders sounds once. */
const PAUSE_S = 2;

/** Two short tones, made here: no file to load, nothing for the content policy to allow. */
export function chime(): void {
  audio ??= new AudioContext();
  const start = audio.currentTime;
  if (start < quietUntil) return;
  quietUntil = start + PAUSE_S;
  for (const [index, pitch] of [880, 1318].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = start + index * 0.16;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.36);
  }
}
