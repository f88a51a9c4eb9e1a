/// One line of a bar chart: its words, its length beside the longest, and its number.
struct Bar {
    let name: String
    let count: Int
    let most: Int

    var html: HTML {
        let share = most > 0 ? Int((Double(count) / Double(most) * 1000).rounded()) : 0
        return """
            <div class="bars"><span>\(name)</span><svg viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true"><rect width="\(share)" height="16"/></svg>\
            <span class="figures">\(count)</span></div>
            """
    }
}
