// A dozen made-up teachers for a first look, added and removed in one action.
import type { TeacherTitle } from '@lubo/contract';

type Sample = { name: string; sex: 'male' | 'female'; title: TeacherTitle; details: string };

export const sampleTeachers: readonly Sample[] = [
  { name: '安静怡', sex: 'female', title: 'full-senior', details: '语文教师，从教二十六年，主持阅读教学研究。' },
  { name: '陈柏松', sex: 'male', title: 'senior', details: '数学教师，擅长把抽象问题画成图。' },
  { name: '方雨晴', sex: 'female', title: 'first', details: '英语教师，每周组织一次英语角。' },
  { name: '郭明远', sex: 'male', title: 'senior', details: '物理教师，实验课深受学生喜欢。' },
  { name: '何秋实', sex: 'male', title: 'second', details: '化学教师，负责实验室安全。' },
  { name: '蒋若兰', sex: 'female', title: 'first', details: '生物教师，带领学生管理校园植物园。' },
  { name: '林书航', sex: 'male', title: 'first', details: '历史教师，喜欢用地图讲故事。' },
  { name: '欧阳晓彤', sex: 'female', title: 'second', details: '地理教师，天文社指导老师。' },
  { name: '沈从容', sex: 'male', title: 'full-senior', details: '政治教师，教研组组长。' },
  { name: '唐小满', sex: 'female', title: 'third', details: '音乐教师，合唱团指导老师。' },
  { name: '许知秋', sex: 'female', title: 'third', details: '美术教师，主讲素描与国画。' },
  { name: '周一鸣', sex: 'male', title: 'second', details: '数学教师，竞赛辅导老师。' },
];
