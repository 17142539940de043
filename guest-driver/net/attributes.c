/* SPDX-License-Identifier: MIT */
#include "attributes.h"

#include "oid.h"

NDIS_STATUS
AttributesRegister(NDIS_HANDLE Miniport, NDIS_HANDLE Context)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES Attributes;
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES *Registration =
        &Attributes.RegistrationAttributes;

    RtlZeroMemory(&Attributes, sizeof(Attributes));
    Registration->Header.Type =
        NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES;
    Registration->Header.Revision = 1;
    Registration->Header.Size = NDIS_SIZE_THROUGH(
        NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, InterfaceType);
    Registration->MiniportAdapterContext = Context;
    Registration->AttributeFlags = NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE |
                                   NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER |
                                   NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK;
    Registration->InterfaceType = PCIBus;
    return NdisMSetMiniportAttributes(Miniport, &Attributes);
}

NDIS_STATUS
AttributesDescribe(NDIS_HANDLE Miniport, const UCHAR *Address,
                   BOOLEAN LinkUp)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES Attributes;
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *General =
        &Attributes.GeneralAttributes;

    RtlZeroMemory(&Attributes, sizeof(Attributes));
    General->Header.Type = NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES;
    General->Header.Revision = 2;
    General->Header.Size = sizeof(*General);
    General->MediaType = NdisMedium802_3;
    General->PhysicalMediumType = NdisPhysicalMedium802_3;
    General->MtuSize = NET_MTU;
    General->MaxXmitLinkSpeed = NET_LINK_SPEED;
    General->XmitLinkSpeed = NET_LINK_SPEED;
    General->MaxRcvLinkSpeed = NET_LINK_SPEED;
    General->RcvLinkSpeed = NET_LINK_SPEED;
    General->MediaConnectState = LinkUp ? MediaConnectStateConnected
                                        : MediaConnectStateDisconnected;
    General->MediaDuplexState = MediaDuplexStateFull;
    General->LookaheadSize = NET_MTU;
    General->MacOptions = NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA |
                          NDIS_MAC_OPTION_TRANSFERS_NOT_PEND |
                          NDIS_MAC_OPTION_NO_LOOPBACK;
    General->SupportedPacketFilters = NET_FILTERS;
    General->MaxMulticastListSize = NET_MULTICAST_MAX;
    General->SupportedStatistics = OID_STATISTICS;
    General->MacAddressLength = NET_ADDRESS;
    RtlCopyMemory(General->PermanentMacAddress, Address, NET_ADDRESS);
    RtlCopyMemory(General->CurrentMacAddress, Address, NET_ADDRESS);
    General->AccessType = NET_IF_ACCESS_BROADCAST;
    General->DirectionType = NET_IF_DIRECTION_SENDRECEIVE;
    General->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    General->IfType = IF_TYPE_ETHERNET_CSMACD;
    General->IfConnectorPresent = TRUE;
    General->SupportedOidList = OidSupported;
    General->SupportedOidListLength = OidSupportedLength;
    return NdisMSetMiniportAttributes(Miniport, &Attributes);
}
