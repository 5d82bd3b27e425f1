//! The static pieces of which pages are made. `README.md` beside this file has
//! one example per component; `/gallery` in debug builds shows them all.

pub mod badge;
pub mod chart;
pub mod confirm;
pub mod field;
pub mod file_tile;
pub mod fold;
pub mod form;
pub mod icon;
pub mod notice;
pub mod page;
pub mod sheet;
pub mod stat;
pub mod summary;
pub mod table;
pub mod tasks;
pub mod three_pane;
pub mod timeline;
pub mod words;

pub use badge::{DueBadge, Kind, StateBadge};
pub use chart::{Bar, BarChart};
pub use confirm::ConfirmPanel;
pub use field::{
    CheckField, CheckGroup, Choice, DateField, FileField, PasswordField, RadioGroup, SelectField, TextArea, TextField,
};
pub use file_tile::{FileGrid, FileTile};
pub use fold::{EmptyState, Fold};
pub use form::{Filters, Form, FormState, PostButton, SubmitBar};
pub use icon::{Icon, IconName};
pub use notice::{ERRORS, ErrorSummary, Notice};
pub use page::{Card, Crumb, Day, Group, KeyHint, Moment, Page, WindowTitle};
pub use sheet::{DocumentSheet, QrCode, SheetSection};
pub use stat::{StatNumber, Stats};
pub use summary::{DefinitionList, Row};
pub use table::{Column, DataTable, Pager, cell};
pub use tasks::{Task, TaskList};
pub use three_pane::ThreePane;
pub use timeline::{Happening, Timeline};
pub use words::Maybe;
