import { theme as antd, type ThemeConfig } from 'antd';

export type Scheme = 'light' | 'dark';

interface Palette {
  brand: string;
  ink: string;
  muted: string;
  canvas: string;
  surface: string;
  line: string;
  good: string;
  goodSurface: string;
  busy: string;
  busySurface: string;
  attention: string;
  attentionSurface: string;
  bad: string;
  badSurface: string;
  quietSurface: string;
}

/** Each text colour reads on each surface with a contrast of at least 4.5 (WCAG AA). */
const PALETTES: Record<Scheme, Palette> = {
  light: {
    brand: '#067a46',
    ink: '#17211c',
    muted: '#5a655f',
    canvas: '#f4f6f5',
    surface: '#ffffff',
    line: '#e2e7e4',
    good: '#04663a',
    goodSurface: '#e2f5ea',
    busy: '#0b4fa8',
    busySurface: '#e5effc',
    attention: '#8a4b00',
    attentionSurface: '#fdf0dc',
    bad: '#b3211c',
    badSurface: '#fdeae9',
    quietSurface: '#eceff0',
  },
  dark: {
    brand: '#2fae6e',
    ink: '#e6ece9',
    muted: '#9fb0a7',
    canvas: '#0f1412',
    surface: '#181f1c',
    line: '#2a332f',
    good: '#7fdcab',
    goodSurface: '#12341f',
    busy: '#93c0ff',
    busySurface: '#152a48',
    attention: '#f3bf72',
    attentionSurface: '#3a2a10',
    bad: '#ff9c95',
    badSurface: '#431c1a',
    quietSurface: '#27302c',
  },
};

/** Gives the stylesheet the same colours as the components: `--brand`, `--good-surface`, … */
export function paint(scheme: Scheme): void {
  const { style, dataset } = document.documentElement;
  dataset['scheme'] = scheme;
  style.colorScheme = scheme;
  for (const [name, colour] of Object.entries(PALETTES[scheme])) {
    style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour);
  }
}

export function themeOf(scheme: Scheme): ThemeConfig {
  const { brand, ink, muted, canvas, surface, line, good, busy, attention, bad, ...soft } = PALETTES[scheme];
  return {
    algorithm: scheme === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: brand,
      colorLink: scheme === 'dark' ? good : brand,
      colorSuccess: good,
      colorInfo: busy,
      colorWarning: attention,
      colorError: bad,
      colorPrimaryBg: soft.goodSurface,
      colorSuccessBg: soft.goodSurface,
      colorSuccessBorder: soft.goodSurface,
      colorInfoBg: soft.busySurface,
      colorInfoBorder: soft.busySurface,
      colorWarningBg: soft.attentionSurface,
      colorWarningBorder: soft.attentionSurface,
      colorErrorBg: soft.badSurface,
      colorErrorBorder: soft.badSurface,
      colorTextBase: ink,
      colorBgBase: scheme === 'dark' ? '#121816' : '#ffffff',
      colorBgLayout: canvas,
      colorBgElevated: surface,
      colorBgContainer: surface,
      colorBorderSecondary: line,
      colorTextSecondary: muted,
      colorTextTertiary: muted,
      colorTextDescription: muted,
      colorTextPlaceholder: muted,
      colorTextLightSolid: scheme === 'dark' ? '#04140b' : '#ffffff',
      borderRadius: 8,
      fontFamily:
        "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif",
    },
    components: { Table: { headerBg: surface, cellPaddingBlockMD: 10 } },
  };
}

export function paletteOf(scheme: Scheme): Palette {
  return PALETTES[scheme];
}
