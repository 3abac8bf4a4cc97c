
namespace IntegrationHub.Funnel.Tests;

public sealed class OneLineTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \r\n\t", null)]
    [InlineData("\u202E\u200F", null)]
    [InlineData("\u200D\uFE0F \u3164", null)]
    [InlineData("A\u200Bd\u2060a\uFEFF", "Ada")]
    [InlineData("  Ada   Lovelace ", "Ada Lovelace")]
    [InlineData("Ada\r\nBcc: all@example.com", "Ada Bcc: all@example.com")]
    [InlineData("Ada\u2028Lovelace\u0085x\0y", "Ada Lovelace x y")]
    [InlineData("evil\u202Etxt.exe\u2066", "eviltxt.exe")]
    [InlineData("👩‍💻 دانا", "👩‍💻 دانا")]
    public void Text_is_brought_to_one_clean_line(string? text, string? line) => Assert.Equal(line, OneLine.Of(text, 60));

    [Fact]
    public void Half_a_character_is_marked_as_such() => Assert.Equal("lone \uFFFD half", OneLine.Of("lone \uD83D half", 60));

    [Theory]
    [InlineData(4, "Ada…")]
    [InlineData(5, "Adas")]
    [InlineData(6, "Adas")]
    public void A_text_that_is_too_long_is_cut(int longest, string expected)
    {
        var line = OneLine.Of(expected == "Ada…" ? "Adasx" : "Adas", longest);

        Assert.Equal(expected, line);
        Assert.True(line!.Length <= longest);
    }

    [Fact]
    public void A_cut_never_goes_through_one_visible_character()
    {
        const string Family = "👨‍👩‍👧";

        Assert.Equal("ab…", OneLine.Of($"ab{Family}{Family}", 8));
        Assert.Equal($"ab{Family}…", OneLine.Of($"ab{Family}{Family}", 2 + Family.Length + 1));
    }

    [Fact]
    public void A_letter_with_endless_marks_does_not_pass() => Assert.Equal("…", OneLine.Of("Z" + new string('\u0301', 5_000), 60));
}
