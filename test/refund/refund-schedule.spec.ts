import { describe, expect, it } from '@jest/globals';
import {
  nextAskAt,
  nextInquiryAfterCall,
  nextInquiryAt,
  nextSendAt,
} from '../../src/refund/refund-schedule.js';

const now = new Date('2026-11-21T12:00:00Z');
const seconds = (next: Date): number => (next.getTime() - now.getTime()) / 1000;
const ago = (age: number): Date => new Date(now.getTime() - age * 1000);

describe('when a refund is looked at again', () => {
  it.each([
    [1, 5],
    [2, 10],
    [4, 40],
    [50, 600],
  ])('after unclear call no. %i: in %i s', (calls, pause) => {
    expect(seconds(nextInquiryAfterCall(calls, now))).toBe(pause);
  });

  it.each([
    [0, 5],
    [60, 60],
    [86_400, 600],
  ])('unanswered question, %i s after the call: in %i s', (age, pause) => {
    expect(seconds(nextInquiryAt(ago(age), now))).toBe(pause);
  });

  it.each([
    [0, 15],
    [300, 300],
    [30 * 86_400, 21_600],
  ])('accepted %i s ago: in %i s, and never given up', (age, pause) => {
    expect(seconds(nextAskAt(ago(age), now))).toBe(pause);
  });

  it.each([
    [1, 60],
    [3, 240],
    [50, 3600],
  ])('not accepted for now, call no. %i: in %i s', (calls, pause) => {
    expect(seconds(nextSendAt(calls, now))).toBe(pause);
  });
});
