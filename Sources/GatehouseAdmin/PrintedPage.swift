/// What the pages for paper have in common: one style, no script, nothing that is fetched.
package enum PrintedPage {
    /// A whole page around its body; `style` is what this page has beside the common one.
    package static func html(_ title: String, language: String, style: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <title>\(text(title))</title>
        <style>
        body { font: 10pt/1.35 sans-serif; margin: 2em auto; max-width: 60em; color: #000; background: #fff; }
        h1 { font-size: 15pt; } h2 { font-size: 12pt; margin-top: 1.5em; }
        table { border-collapse: collapse; width: 100%; }
        th, td { border-bottom: 1px solid #999; padding: 2px 6px; text-align: left; vertical-align: top; }
        thead { display: table-header-group; } tr { break-inside: avoid; }
        p.signature { margin-top: 3em; }
        @page { size: A4; margin: 15mm; }
        \(style)
        </style>
        </head>
        <body>
        <h1>\(text(title))</h1>
        \(body)
        </body>
        </html>

        """
    }

    /// A text as HTML shows it and nothing else: marks are escaped, and what would steer or turn the line is a dot.
    package static func text(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                let category = scalar.properties.generalCategory
                if category == .control || category == .format {
                    result += "·"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
