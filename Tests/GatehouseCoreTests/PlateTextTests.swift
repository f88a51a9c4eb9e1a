import GatehouseCore
import Testing

/// The plates of GA 36-2018 and what stands beside them: the register, passes and cameras ask this.
@Suite("Number plates")
struct PlateTextTests {
    @Test(arguments: [
        // Ordinary, of new energy small and large, with what people write between.
        ("粤B12345", "粤B12345"), ("粤B·12345", "粤B12345"), ("粤D.12345", "粤D12345"), ("粤 b 12-345", "粤B12345"),
        ("京AD12345", "京AD12345"), ("京A12345D", "京A12345D"), ("沪ADA1234", "沪ADA1234"), ("鲁G8Z001", "鲁G8Z001"),
        ("粤Ｂ１２３４５", "粤B12345"), ("京O12345", "京O12345"),
        // Special series.
        ("云S0000应急", "云S0000应急"), ("京A1234警", "京A1234警"), ("粤B1234学", "粤B1234学"), ("粤B1234挂", "粤B1234挂"),
        ("粤Z1234港", "粤Z1234港"), ("粤Z1234澳", "粤Z1234澳"), ("使014578", "使014578"), ("沪A0023领", "沪A0023领"),
        ("京A0123使", "京A0123使"), ("京A1234试", "京A1234试"), ("京A1234超", "京A1234超"), ("京A12345临", "京A12345临"),
        ("民A12345", "民A12345"), ("民航A1234", "民航A1234"), ("WJ粤12345", "WJ粤12345"), ("WJ京1234X", "WJ京1234X"),
        ("WJ粤1234警", "WJ粤1234警"), ("WJ·粤 1234 警", "WJ粤1234警"),
        ("VA01234", "VA01234"), ("军A12345", "军A12345"), ("粤0112345", "粤0112345"),
        // From elsewhere.
        ("AB 12 CD", "AB12CD"), ("A1001", "A1001"), ("B-MW 1234", "BMW1234"),
    ])
    func everyPlateIsOne(text: String, plate: String) {
        #expect(PlateText.spelled(text) == plate)
        #expect(PlateText.isPlate(PlateText.spelled(text)))
    }

    /// Words of cameras, misreadings with I and O in the serial, half plates, and what belongs to no series.
    @Test(arguments: [
        "无车牌", "NoPlate", "UNKNOWN", "粤B1234", "粤BI2345", "粤BO2345", "粤B1234567", "粤12345", "粤", "", "应急", "云S应急",
        "B粤12345", "粤粤12345", "粤BABCDE", "使12345", "京AABCDEF", "京A1D2345", "㐀B12345", "粤B123😀5", "〓B12345", "民航", "WJ粤",
        "粤I12345", "B12345", "A1B2C3", "WJ粤123警", "WJ粤12345警", "ABCDEFGHIJK", "粤B12345学学",
    ])
    func whatIsNoPlateIsNone(text: String) {
        #expect(!PlateText.isPlate(PlateText.spelled(text)), "\(PlateText.spelled(text))")
    }
}
