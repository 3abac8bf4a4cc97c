#!/bin/sh
# Says what the template cannot do: secrets are put into the Key Vault by a person.
set -eu
echo "The hub is at ${HUB_URL:?azd sets it after a deployment}."
echo "Put hub-peppers, archive-keys and the secrets of the connectors into the Key Vault ${KEY_VAULT_NAME:?azd sets it after a deployment}:"
echo "  az keyvault secret set --vault-name ${KEY_VAULT_NAME} --name NAME --file FILE"
