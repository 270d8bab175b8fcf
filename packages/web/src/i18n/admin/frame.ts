// Words of the administration's frame: navigation, lists, forms, deleting, what is wrong with a field.

export const frame = {
  'zh-CN': {
    nav: '管理导航',
    breadcrumbs: '当前位置',
    section: { overview: '概览', teaching: '教学管理', capture: '采集与课表', recording: '录像', people: '用户与安全', system: '系统' },
    actions: '操作',
    choose: '选择 {name}',
    chooseAll: '选择本页全部',
    chooseNone: '取消选择',
    chosen: '已选 {n} 项',
    total: '共 {n} 项',
    pages: '分页',
    pageSize: '每页行数',
    perPage: '每页 {n} 项',
    loading: '正在加载',
    nothingFound: '没有找到',
    nothingFoundText: '换个关键词，或清除搜索和筛选条件。',
    widen: '清除条件',
    edit: '编辑',
    delete: '删除',
    save: '保存',
    saved: '已保存',
    cancel: '取消',
    unsaved: '有未保存的修改',
    unsavedText: '离开后，刚才填写的内容将丢失。',
    discard: '放弃修改',
    keepEditing: '继续编辑',
  },
  en: {
    nav: 'Administration menu',
    breadcrumbs: 'You are here',
    section: { overview: 'Overview', teaching: 'Teaching', capture: 'Capture and timetable', recording: 'Recordings', people: 'People and safety', system: 'System' },
    actions: 'Actions',
    choose: 'Choose {name}',
    chooseAll: 'Choose all on this page',
    chooseNone: 'Choose none',
    chosen: '{n} chosen',
    total: '{n} in all',
    pages: 'Pages',
    pageSize: 'Rows per page',
    perPage: '{n} per page',
    loading: 'Loading',
    nothingFound: 'Nothing found',
    nothingFoundText: 'Try other words, or clear search and filters.',
    widen: 'Clear',
    edit: 'Edit',
    delete: 'Delete',
    save: 'Save',
    saved: 'Saved',
    cancel: 'Cancel',
    unsaved: 'Unsaved changes',
    unsavedText: 'If you leave now, what you have typed will be lost.',
    discard: 'Discard',
    keepEditing: 'Keep editing',
  },
};

export const deleting = {
  'zh-CN': {
    title: '删除“{name}”？',
    titleMany: '删除选中的 {n} 项？',
    reading: '正在查看有哪些内容受影响',
    blocks: '仍在使用，不能删除',
    goes: '将一并删除',
    stays: '会保留，但不再与它关联',
    nothingHangs: '没有其他内容受影响。',
    blockedTodo: '请先移走或删除这些内容，再来删除。',
    final: '删除后不能恢复。',
    changed: '情况刚有变化，请再看一遍受影响的内容。',
    done: '已删除 {n} 项',
  },
  en: {
    title: 'Delete “{name}”?',
    titleMany: 'Delete the {n} chosen?',
    reading: 'Looking at what this touches',
    blocks: 'Still in use, so it stays',
    goes: 'Will be deleted with it',
    stays: 'Will stay, without this connection',
    nothingHangs: 'Nothing else is touched.',
    blockedTodo: 'Move or delete these first, then come back.',
    final: 'This can’t be undone.',
    changed: 'Something has just changed: please look again at what is touched.',
    done: '{n} deleted',
  },
};

/** What may hang on a thing, by the kinds that the site counts. */
export const usage = {
  'zh-CN': {
    gathers: '采集端',
    channels: '通道',
    'enrolment-codes': '未使用的接入码',
    intervals: '课表时段',
    lessons: '课程记录',
    recordings: '录像',
  },
  en: {
    gathers: 'Gathers',
    channels: 'Channels',
    'enrolment-codes': 'Unused enrolment codes',
    intervals: 'Timetable intervals',
    lessons: 'Lessons',
    recordings: 'Recordings',
  },
};

/** What is wrong with a field, by the codes of the contract's field errors. */
export const field = {
  'zh-CN': {
    needed: '请填写',
    format: '填写不正确',
    'too-short': '至少 {limit} 个字符',
    'too-long': '最多 {limit} 个字符',
    'too-small': '不能小于 {limit}',
    'too-big': '不能大于 {limit}',
    taken: '已经有同名的了',
    unknown: '选择的内容已不存在',
    url: '请填写以 http:// 或 https:// 开头的地址',
  },
  en: {
    needed: 'Needed',
    format: 'Not right',
    'too-short': 'At least {limit} characters',
    'too-long': 'At most {limit} characters',
    'too-small': 'Not below {limit}',
    'too-big': 'Not above {limit}',
    taken: 'There is one of this name already',
    unknown: 'What was chosen is no longer there',
    url: 'An address that begins with http:// or https://',
  },
};

/** Failed calls by the problem's code, beside those that all pages know. */
export const problem = {
  'zh-CN': {
    'in-use': '仍在使用，不能删除。',
    'confirm-needed': '情况有变化，请重新确认。',
  },
  en: {
    'in-use': 'It is still in use and can’t be deleted.',
    'confirm-needed': 'Something has changed: please confirm again.',
  },
};
