//! What stands on the drawn pictures: rectangles, discs and triangles that make a
//! scene one can tell, in good order and in bad.

use image::{Rgb, RgbImage};

use super::{
    dice::Dice,
    pictures::{HEIGHT, Scene, WIDTH, light},
};

type Colour = [u8; 3];

const WHITE: Colour = [246, 246, 240];
const PAPER: Colour = [250, 247, 236];
const INK: Colour = [58, 62, 70];
const STEEL: Colour = [168, 176, 184];
const DARK: Colour = [88, 96, 106];
const RED: Colour = [190, 52, 44];
const GREEN: Colour = [44, 132, 92];
const BLUE: Colour = [52, 96, 158];
const YELLOW: Colour = [236, 190, 52];
const WOOD: Colour = [176, 132, 86];
const CARTON: Colour = [196, 158, 108];

/// A canvas in the picture's own measure.
struct Canvas<'a> {
    picture: RgbImage,
    dice: &'a mut Dice,
    /// How far the camera was off, in points.
    shift: (i32, i32),
}

impl Canvas<'_> {
    fn rect(&mut self, x: i32, y: i32, width: i32, height: i32, colour: Colour) {
        self.fill(x, y, width, height, |_, _| Some(colour));
    }

    fn disc(&mut self, x: i32, y: i32, radius: i32, colour: Colour) {
        self.fill(x - radius, y - radius, radius * 2, radius * 2, |dx, dy| {
            let (a, b) = (dx - radius, dy - radius);
            (a * a + b * b <= radius * radius).then_some(colour)
        });
    }

    /// A triangle that stands on its base.
    fn triangle(&mut self, x: i32, y: i32, width: i32, height: i32, colour: Colour) {
        self.fill(x, y, width, height, |dx, dy| {
            let half = width * dy / (2 * height.max(1));
            ((dx - width / 2).abs() <= half).then_some(colour)
        });
    }

    fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, colour: impl Fn(i32, i32) -> Option<Colour>) {
        let (x, y) = (x + self.shift.0, y + self.shift.1);
        for dy in 0..height.max(0) {
            for dx in 0..width.max(0) {
                let (Ok(px), Ok(py)) = (u32::try_from(x + dx), u32::try_from(y + dy)) else { continue };
                if px < WIDTH
                    && py < HEIGHT
                    && let Some(colour) = colour(dx, dy)
                {
                    self.picture.put_pixel(px, py, Rgb(colour));
                }
            }
        }
    }

    /// Lines of writing that cannot be read.
    fn writing(&mut self, x: i32, y: i32, width: i32, lines: i32, step: i32) {
        for line in 0..lines {
            let mut at = x;
            while at < x + width {
                let word = i32::try_from(self.dice.between(8, 40)).unwrap_or(20).min(x + width - at);
                self.rect(at, y + line * step, word - 4, 3.max(step / 5), INK);
                at += word + 4;
            }
        }
    }

    fn any(&mut self, colours: &[Colour]) -> Colour {
        *self.dice.pick(colours)
    }
}

/// Draws a scene in good or bad order.
pub(super) fn draw(scene: Scene, good: bool, dice: &mut Dice) -> RgbImage {
    let walls = [[222, 218, 206], [206, 214, 216], [226, 226, 220], [214, 206, 196]];
    let wall = *dice.pick(&walls);
    let floor = *dice.pick(&[[150, 144, 136], [128, 134, 138], [170, 158, 140]]);
    let horizon = if matches!(scene, Scene::Ledger) { 0 } else { 390 };
    let shift = (i32::try_from(dice.below(24)).unwrap_or(0) - 12, i32::try_from(dice.below(16)).unwrap_or(0) - 8);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |_, y| Rgb(if y < horizon { wall } else { floor }));
    let mut canvas = Canvas { picture, dice, shift };
    let c = &mut canvas;
    match scene {
        Scene::Licence => licence(c, good),
        Scene::Kitchen => kitchen(c, good),
        Scene::Ledger => ledger(c, good),
        Scene::Shelf => shelf(c, good),
        Scene::Price => price(c, good),
        Scene::Scale => scale(c, good),
        Scene::Plate => plate(c, good),
        Scene::Sign => sign(c, good),
        Scene::Exit => exit(c, good),
        Scene::Cabinet => cabinet(c, good),
        Scene::Waste => waste(c, good),
        Scene::Hood => hood(c, good),
        Scene::Duct => duct(c, good),
    }
    let Canvas { mut picture, dice, .. } = canvas;
    light(&mut picture, dice);
    picture
}

fn licence(c: &mut Canvas, good: bool) {
    for (x, mark) in [(110, RED), (350, BLUE)] {
        c.rect(x, 100, 190, 240, WOOD);
        c.rect(x + 8, 108, 174, 224, PAPER);
        c.disc(x + 95, 138, 16, mark);
        c.rect(x + 45, 164, 100, 10, INK);
        c.writing(x + 24, 190, 142, 7, 16);
        c.disc(x + 140, 306, 18, [206, 84, 76]);
    }
    if !good {
        c.rect(300, 60, 170, 340, CARTON);
        c.rect(300, 200, 170, 8, WOOD);
    }
}

fn kitchen(c: &mut Canvas, good: bool) {
    for x in 0..16 {
        for y in 0..5 {
            c.rect(x * 44 - 20, y * 48, 42, 46, WHITE);
        }
    }
    c.rect(-20, 260, 700, 24, STEEL);
    c.rect(-20, 284, 700, 150, [140, 148, 156]);
    let second = if good { GREEN } else { RED };
    for (x, board, food) in [(70, RED, [198, 92, 84]), (360, second, [222, 182, 120])] {
        c.rect(x, 246, 200, 14, board);
        let x = if good || x == 70 { x } else { 180 };
        c.disc(x + 70, 232, 24, food);
        c.disc(x + 120, 236, 18, food);
    }
    if !good {
        for spot in 0..9 {
            c.disc(40 + spot * 66, 300 + (spot * 37) % 80, 9, [120, 96, 70]);
        }
    }
}

fn ledger(c: &mut Canvas, good: bool) {
    c.rect(-30, -20, 720, 540, WOOD);
    let y = if good { 40 } else { 230 };
    c.rect(90, y, 460, 400, PAPER);
    c.rect(200, y + 22, 240, 14, INK);
    for row in 0..9 {
        c.rect(120, y + 60 + row * 36, 400, 2, DARK);
        let filled = good || row < 3;
        if filled {
            c.writing(128, y + 74 + row * 36, 370, 1, 16);
        }
    }
    for column in 0..5 {
        c.rect(120 + column * 100, y + 60, 2, 290, DARK);
    }
    if good {
        c.disc(450, 380, 34, [214, 108, 100]);
        c.disc(450, 380, 27, PAPER);
    }
}

fn shelf(c: &mut Canvas, good: bool) {
    for row in 0..3 {
        let y = 120 + row * 100;
        c.rect(60, y, 520, 10, STEEL);
        for column in 0..7 {
            let colour = c.any(&[CARTON, BLUE, GREEN, YELLOW, WHITE, [206, 120, 96]]);
            let height = i32::try_from(c.dice.between(46, 78)).unwrap_or(60);
            c.rect(72 + column * 72, y - height, 56, height, colour);
            c.rect(80 + column * 72, y - height + 14, 40, 12, WHITE);
        }
    }
    c.rect(60, 40, 8, 350, DARK);
    c.rect(572, 40, 8, 350, DARK);
    if !good {
        for (x, y) in [(120, 360), (230, 350), (330, 370), (200, 290)] {
            c.rect(x, y, 100, 80, CARTON);
            c.rect(x, y + 36, 100, 6, WOOD);
        }
    }
}

fn price(c: &mut Canvas, good: bool) {
    c.rect(-20, 300, 700, 16, WOOD);
    c.rect(-20, 316, 700, 120, [150, 112, 74]);
    for column in 0..5 {
        let x = 50 + column * 116;
        let colour = c.any(&[RED, YELLOW, GREEN, [226, 140, 60], [150, 84, 140]]);
        for (dx, dy) in [(0, 0), (40, 0), (20, -30)] {
            c.disc(x + 26 + dx, 276 + dy, 24, colour);
        }
        if good || column % 2 == 0 {
            c.rect(x, 322, 90, 54, WHITE);
            c.rect(x + 8, 330, 50, 8, INK);
            c.rect(x + 8, 348, 70, 16, RED);
        }
    }
}

fn scale(c: &mut Canvas, good: bool) {
    c.rect(-20, 330, 700, 160, WOOD);
    c.rect(190, 190, 260, 150, STEEL);
    c.rect(210, 210, 220, 60, [40, 56, 48]);
    for digit in 0..4 {
        c.rect(226 + digit * 52, 222, 30, 36, [98, 222, 140]);
    }
    c.rect(150, 166, 340, 26, WHITE);
    if good {
        c.rect(380, 284, 56, 44, GREEN);
        c.rect(388, 292, 40, 8, WHITE);
        c.writing(388, 306, 40, 2, 9);
    } else {
        c.triangle(150, 140, 340, 26, STEEL);
        c.disc(250, 300, 16, [122, 92, 66]);
    }
}

fn plate(c: &mut Canvas, good: bool) {
    c.rect(90, 50, 460, 360, [96, 122, 142]);
    c.rect(110, 70, 420, 320, [112, 138, 158]);
    c.rect(190, 130, 260, 180, WHITE);
    c.rect(198, 138, 244, 34, if good { GREEN } else { STEEL });
    c.writing(212, 192, 210, if good { 6 } else { 2 }, 18);
    for (x, y) in [(202, 142), (432, 142), (202, 296), (432, 296)] {
        c.disc(x, y, 5, DARK);
    }
    if !good {
        c.disc(330, 240, 60, [140, 112, 88]);
        c.disc(400, 280, 34, [126, 100, 78]);
    }
}

fn sign(c: &mut Canvas, good: bool) {
    c.rect(120, 230, 400, 180, [120, 128, 136]);
    c.disc(220, 330, 60, DARK);
    c.disc(220, 330, 40, STEEL);
    c.rect(330, 280, 150, 100, [84, 104, 120]);
    let (border, face) = if good { (INK, YELLOW) } else { ([150, 146, 136], [224, 216, 184]) };
    c.triangle(240, 40, 170, 150, border);
    c.triangle(258, 62, 134, 118, face);
    c.rect(319, 96, 12, 48, border);
    c.disc(325, 162, 8, border);
    c.rect(250, 198, 150, 26, face);
    if good {
        c.rect(266, 206, 118, 10, INK);
    }
}

fn exit(c: &mut Canvas, good: bool) {
    c.rect(220, 110, 200, 290, [132, 150, 140]);
    c.rect(236, 126, 168, 274, [158, 176, 166]);
    c.rect(236, 258, 168, 14, STEEL);
    c.rect(230, 54, 180, 42, if good { GREEN } else { [110, 128, 118] });
    c.disc(268, 66, 6, WHITE);
    c.rect(262, 72, 14, 18, WHITE);
    c.rect(330, 70, 50, 10, WHITE);
    c.triangle(364, 60, 30, 30, WHITE);
    if good {
        c.rect(180, 404, 12, 70, YELLOW);
        c.rect(450, 404, 12, 70, YELLOW);
    } else {
        for (x, y) in [(190, 300), (290, 320), (240, 230), (380, 330)] {
            c.rect(x, y, 110, 100, CARTON);
            c.rect(x, y + 44, 110, 8, WOOD);
        }
    }
}

fn cabinet(c: &mut Canvas, good: bool) {
    c.rect(150, 50, 340, 350, RED);
    c.rect(166, 66, 308, 318, [232, 228, 220]);
    for row in 1..3 {
        c.rect(166, 66 + row * 106, 308, 6, DARK);
    }
    if good {
        for x in [200, 280, 360] {
            c.disc(x + 24, 132, 28, YELLOW);
            c.rect(x - 8, 134, 64, 10, YELLOW);
            c.rect(x, 206, 50, 68, RED);
            c.rect(x + 18, 190, 14, 18, INK);
            c.rect(x, 310, 56, 68, BLUE);
        }
    } else {
        c.rect(220, 330, 60, 40, DARK);
        c.rect(180, 360, 110, 16, [142, 120, 96]);
    }
    c.rect(420, 82, 40, 56, WHITE);
    c.writing(424, 92, 32, if good { 4 } else { 1 }, 10);
}

fn waste(c: &mut Canvas, good: bool) {
    c.rect(60, 360, 520, 16, YELLOW);
    for column in 0..3 {
        let x = 100 + column * 160;
        let drum = c.any(&[BLUE, [62, 74, 84], [86, 116, 74]]);
        c.rect(x, 200, 120, 160, drum);
        c.rect(x, 244, 120, 6, STEEL);
        c.rect(x, 306, 120, 6, STEEL);
        if good {
            c.rect(x + 24, 256, 72, 44, [240, 152, 52]);
            c.writing(x + 30, 264, 58, 3, 11);
        }
    }
    if good {
        c.triangle(270, 40, 110, 96, INK);
        c.triangle(284, 58, 82, 72, YELLOW);
    } else {
        c.rect(400, 330, 120, 70, CARTON);
        c.disc(220, 400, 46, [70, 62, 52]);
        c.disc(280, 410, 30, [70, 62, 52]);
    }
}

fn hood(c: &mut Canvas, good: bool) {
    c.rect(280, -20, 80, 90, STEEL);
    c.rect(80, 70, 480, 90, [186, 194, 200]);
    c.rect(80, 160, 480, 12, DARK);
    for column in 0..6 {
        c.rect(104 + column * 76, 90, 56, 50, if good { STEEL } else { [132, 110, 84] });
    }
    c.disc(536, 90, 9, if good { [88, 214, 120] } else { [112, 116, 118] });
    c.rect(60, 320, 520, 90, [148, 156, 164]);
    for x in [170, 320, 470] {
        c.disc(x, 316, 50, INK);
        c.disc(x, 310, 42, DARK);
    }
    if !good {
        for drop in 0..8 {
            c.rect(110 + drop * 58, 172, 5, 18 + (drop * 13) % 26, [148, 104, 48]);
        }
    }
}

fn duct(c: &mut Canvas, good: bool) {
    c.rect(-20, 80, 420, 90, STEEL);
    c.rect(360, 80, 90, 330, STEEL);
    for x in [60, 180, 300] {
        c.rect(x, 76, 12, 98, DARK);
    }
    c.rect(80, 220, 220, 180, [92, 128, 116]);
    c.rect(100, 240, 180, 100, [112, 148, 136]);
    c.disc(540, 240, 60, DARK);
    c.disc(540, 240, 52, WHITE);
    let needle = if good { (540, 196) } else { (500, 262) };
    for step in 0..20 {
        c.disc(540 + (needle.0 - 540) * step / 20, 240 + (needle.1 - 240) * step / 20, 4, RED);
    }
    c.disc(130, 370, 12, if good { [88, 214, 120] } else { [112, 116, 118] });
    if !good {
        c.rect(404, 250, 30, 60, [60, 58, 56]);
    }
}
