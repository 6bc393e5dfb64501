import Domain
import TestSupport
import Testing

@Suite struct Exp2Tests {
    /// Arguments and results rounded to nearest from sixty decimal digits.
    private static let vectors: [(x: Double, power: Double)] = [
        (-0x1.0000000000000p-1, 0x1.6a09e667f3bcdp-1),
        (-0x1.0000000000000p-2, 0x1.ae89f995ad3adp-1),
        (0x1.0000000000000p-1, 0x1.6a09e667f3bcdp+0),
        (-0x1.5555555555555p-2, 0x1.965fea53d6e3dp-1),
        (-0x1.0624dd2f1a9fcp-10, 0x1.ffa52de61c11fp-1),
        (-0x1.12e0be826d695p-30, 0x1.fffffffa0bc0dp-1),
        (-0x1.f3c0000000000p+9, 0x1.6a09e667f3bcdp-1000),
        (-0x1.4080000000000p+3, 0x1.fa7c1819e90d8p-11),
        (0x1.fffffff768fa1p-1, 0x1.fffffffa0bc0dp+0),
        (-0x1.000000006df38p+0, 0x1.ffffffff67934p-2),
        (-0x1.4b33333333333p+4, 0x1.3b2c47bff832cp-21),
        (-0x1.a266666666666p+5, 0x1.9fdf8bcce534cp-53),
        (-0x1.9f815259d9075p+5, 0x1.0b36eb6e1f815p-52),
        (-0x1.24ed5e9f74d60p+3, 0x1.cc2b9bfc753d2p-10),
        (-0x1.c58d7fd0dab78p+3, 0x1.c5fa409495b74p-15),
        (-0x1.65911e3cecc4dp+5, 0x1.3c143bbfc3285p-45),
        (-0x1.e461df7caf3bep+4, 0x1.a777837848b92p-31),
        (-0x1.083e89b7aa503p+5, 0x1.f546e1a84e910p-34),
        (-0x1.4e7882d272388p+4, 0x1.1188cd1f9f110p-21),
        (-0x1.95a6b2cd9c608p+3, 0x1.4053ae96ba711p-13),
        (-0x1.b2f288b2ba859p+5, 0x1.8c9c0442ab710p-55),
        (-0x1.d264a97e66a68p+5, 0x1.a01e2facfb15cp-59),
        (-0x1.3b54bc727225cp+3, 0x1.1b3eb29ccaa6fp-10),
        (-0x1.1045952b8dc0ap+5, 0x1.f41546ce5527bp-35),
        (0x1.06499331191c5p+1, 0x1.08ddc3f7619cbp+2),
        (-0x1.fbafd24ddde5cp-1, 0x1.017fcc6e52696p-1),
        (0x1.902729442e3d4p-1, 0x1.b80ec32279cd7p+0),
        (0x1.e2db63e6a23f0p+0, 0x1.d926ee1d79a9fp+1),
        (-0x1.5bf5b345515a0p-4, 0x1.e2b8d78b2d7bcp-1),
        (0x1.63fa85468ae3cp+1, 0x1.b7ea615f33cb2p+2),
    ]

    @Test func itIsWithinTwoUnitsInTheLastPlaceOfTheTrueValue() {
        for (x, power) in Self.vectors {
            #expect((Exp2.power(x) - power).magnitude <= 2 * power.ulp, "2^\(x)")
        }
    }

    @Test func itIsExactForWholeNumbers() {
        for exponent in -999...1_000 {
            #expect(Exp2.power(Double(exponent)) == Double(sign: .plus, exponent: exponent, significand: 1))
        }
    }

    @Test func itIsNothingFarBelowAndNeverGrowsWithLess() {
        #expect(Exp2.power(-1_000) == 0)
        #expect(Exp2.power(-.infinity) == 0)
        var random = SeededRandom(seed: 3)
        for _ in 0..<5_000 {
            let x = -Double.random(in: 0..<100, using: &random)
            // Neighbours may round either way; anything further apart may not.
            #expect(Exp2.power(x - 1e-9) <= Exp2.power(x))
        }
    }
}
