// Words of the teaching rooms: schools, subjects, grades, teachers.

export const school = {
  'zh-CN': {
    title: '学校',
    lead: '每个采集端都属于一所学校，一所学校可以有多个采集端。',
    add: '添加学校',
    edit: '编辑学校',
    name: '学校名称',
    timeZone: '时区',
    siteZone: '与网站相同',
    timeZoneHint: '课表按这个时区的时间录像',
    gathers: '采集端',
    createdAt: '添加时间',
    search: '搜索学校名称',
    emptyTitle: '还没有学校',
    emptyText: '先添加一所学校，再把采集端接入到它。',
  },
  en: {
    title: 'Schools',
    lead: 'Each gather belongs to one school; a school may have many gathers.',
    add: 'Add school',
    edit: 'Edit school',
    name: 'School name',
    timeZone: 'Time zone',
    siteZone: 'The site’s own',
    timeZoneHint: 'Timetables record by the clock of this zone',
    gathers: 'Gathers',
    createdAt: 'Added',
    search: 'Search schools',
    emptyTitle: 'No schools yet',
    emptyText: 'Add a school first, then enrol gathers in it.',
  },
};
