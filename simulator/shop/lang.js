let language = localStorage.getItem('language') === 'en' ? 'en' : 'zh';

/** The words in the language the phone is set to. */
export function t(chinese, english) {
  return language === 'zh' ? chinese : english;
}

/** What the button in the corner offers. */
export function otherLanguage() {
  return language === 'zh' ? 'English' : '中文';
}

export function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
