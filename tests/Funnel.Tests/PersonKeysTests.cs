using System.Text;

namespace IntegrationHub.Funnel.Tests;

public sealed class PersonKeysTests
{
    private static readonly Pepper Older = new("k1", Encoding.UTF8.GetBytes("an older pepper of at least 32 bytes"));
    private static readonly Pepper Newer = new("k2", Encoding.UTF8.GetBytes("a newer pepper of at least 32 bytes!"));
    private static readonly IdentityKey Record = IdentityKey.Person("hubspot", "1201");

    [Fact]
    public void The_same_key_and_pepper_give_the_same_hashes_and_another_pepper_gives_others()
    {
        var (one, same, other) = (new PersonKeys(Newer, Older), new PersonKeys(Newer), new PersonKeys(Older));

        Assert.Equal((one.LeadOf(Record), one.TableKeyOf(Record), one.ShortIdOf(Ada)), (same.LeadOf(Record), same.TableKeyOf(Record), same.ShortIdOf(Ada)));
        Assert.NotEqual(one.LeadOf(Record), other.LeadOf(Record));
        Assert.NotEqual(one.TableKeyOf(Record)[2..], other.TableKeyOf(Record)[2..]);
        Assert.NotEqual(one.ShortIdOf(Ada), other.ShortIdOf(Ada));
    }

    [Fact]
    public void What_stands_for_a_person_in_one_place_does_not_in_another()
    {
        var keys = new PersonKeys(Newer);
        var address = IdentityKey.Email(Ada);

        var hashes = new[] { keys.LeadOf(address).Value, keys.TableKeyOf(address)["k2-".Length..], keys.ShortIdOf(Ada)["email:".Length..] };

        Assert.Equal(hashes.Length, hashes.Select(hash => hash[..12]).Distinct().Count());
        Assert.All(hashes, hash => Assert.Matches("^([0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{40})$", hash));
    }

    [Fact]
    public void The_first_key_of_a_lead_is_known_under_every_pepper_in_use()
    {
        var lead = new PersonKeys(Older).LeadOf(Record);

        Assert.True(new PersonKeys(Newer, Older).IsFirstKey(Record, lead));
        Assert.False(new PersonKeys(Newer).IsFirstKey(Record, lead));
        Assert.False(new PersonKeys(Newer, Older).IsFirstKey(IdentityKey.Person("hubspot", "1202"), lead));
    }

    [Fact]
    public void An_address_that_is_printed_by_accident_shows_nothing() =>
        Assert.Equal(["email:hidden", "email:hidden"], [$"{Ada}", $"{IdentityKey.Email(Ada)}"]);

    [Fact]
    public void A_key_is_shown_with_the_id_of_a_record_and_the_short_id_of_an_address()
    {
        var keys = new PersonKeys(Newer);

        Assert.Equal(["hubspot|person|1201", keys.ShortIdOf(Ada)], [keys.Show(Record), keys.Show(IdentityKey.Email(Ada))]);
    }

    private static EmailAddress Ada => EmailAddress.TryParse("ada@example.com", out var ada) ? ada : throw new InvalidOperationException();
}
